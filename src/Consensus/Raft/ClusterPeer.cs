using System.Net;
using DotNext.IO;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using StateServer.Consensus.Membership;

namespace StateServer.Consensus.Raft;

/// <summary>One voter as the library sees it: this member, or another one behind the transport.</summary>
/// <param name="member">The voter.</param>
internal abstract class ClusterPeer(ConfigurationMember member) : IRaftClusterMember, IDisposable
{
    private IRaftClusterMember.ReplicationState _state;

    /// <summary>The voter.</summary>
    public ConfigurationMember Member { get; } = member;

    /// <inheritdoc/>
    public ClusterMemberId Id { get; } = MemberIds.Of(member.Id);

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = AddressOf(member.PeerAddress);

    /// <inheritdoc/>
    public abstract bool IsRemote { get; }

    /// <inheritdoc/>
    public abstract bool IsLeader { get; }

    /// <inheritdoc/>
    public abstract ClusterMemberStatus Status { get; }

    ref IRaftClusterMember.ReplicationState IRaftClusterMember.State => ref _state;

    event Action<ClusterMemberStatusChangedEventArgs> IClusterMember.MemberStatusChanged
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public abstract Task<Result<bool>> VoteAsync(long term, long lastLogIndex, long lastLogTerm, CancellationToken token);

    /// <inheritdoc/>
    public abstract Task<Result<PreVoteResult>> PreVoteAsync(
        long term, long lastLogIndex, long lastLogTerm, CancellationToken token);

    /// <inheritdoc/>
    public abstract Task<Result<ReplicationStatus>> AppendEntriesAsync<TEntry, TList>(
        long term, TList entries, long prevLogIndex, long prevLogTerm, long commitIndex, CancellationToken token)
        where TEntry : IRaftLogEntry
        where TList : IReadOnlyList<TEntry>;

    /// <inheritdoc/>
    public abstract Task<Result<HeartbeatResult>> InstallSnapshotAsync(
        long term,
        IRaftLogEntry snapshot,
        long snapshotIndex,
        IDataTransferObject configuration,
        long configurationVersion,
        CancellationToken token);

    /// <inheritdoc/>
    public abstract Task<long?> SynchronizeAsync(long commitIndex, CancellationToken token);

    /// <inheritdoc/>
    public abstract Task<bool> ResignAsync(CancellationToken token);

    /// <inheritdoc/>
    public abstract ValueTask<IReadOnlyDictionary<string, string>> GetMetadataAsync(bool refresh, CancellationToken token);

    /// <inheritdoc/>
    public abstract ValueTask CancelPendingRequestsAsync();

    /// <inheritdoc/>
    public abstract void Dispose();

    private static DnsEndPoint AddressOf(string address)
    {
        var colon = address.LastIndexOf(':');
        return new DnsEndPoint(
            address[..colon], int.Parse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
    }
}
