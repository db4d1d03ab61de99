using DotNext.Net.Cluster.Consensus.Raft;

namespace StateServer.Consensus.Raft;

/// <summary>What the library is told. Leader lease and automatic removal stay off: both are broken in this version.</summary>
/// <param name="options">The replica's options.</param>
internal sealed class MemberConfiguration(ReplicaOptions options) : IClusterMemberConfiguration
{
    /// <summary>
    /// Rounds that may queue up for a slow follower before the library counts it as unavailable in a round; its 16 are a few
    /// milliseconds of load. One is some 100 bytes.
    /// </summary>
    public const int ReplicationLag = 4096;

    /// <inheritdoc/>
    public double HeartbeatThreshold => options.Heartbeat / options.ElectionTimeoutLow;

    /// <inheritdoc/>
    public ElectionTimeout ElectionTimeout => new()
    {
        LowerValue = (int)options.ElectionTimeoutLow.TotalMilliseconds,
        UpperValue = (int)options.ElectionTimeoutHigh.TotalMilliseconds,
    };

    /// <inheritdoc/>
    public bool Standby => false;

    /// <inheritdoc/>
    public bool IsLeaderLeaseEnabled => false;

    /// <inheritdoc/>
    public int MaxReplicationLag => ReplicationLag;
}
