using System.Globalization;
using StateServer.Consensus.Snapshots;

namespace StateServer.Snapshots;

/// <summary>What <c>snapshot status</c> says of a file. The first four are etcd's, by etcd's names in json.</summary>
/// <param name="Hash">The hash of all keys at the revision: what <c>endpoint hashkv</c> said there, where nothing was compacted since.</param>
/// <param name="Revision">The keyspace's revision.</param>
/// <param name="TotalKey">Keys that exist.</param>
/// <param name="TotalSize">Bytes of the file.</param>
/// <param name="CompactRevision">The oldest readable revision; −1 where nothing was compacted.</param>
/// <param name="Versions">Versions of keys, history included.</param>
/// <param name="Leases">Leases.</param>
/// <param name="ClusterId">The cluster that it was taken of, a decimal string.</param>
/// <param name="Members">That cluster's members.</param>
/// <param name="AppliedIndex">The last log entry in it.</param>
/// <param name="Taken">The replicated time in it: shortly before it was taken, where the cluster was written to.</param>
/// <param name="Incarnation">How many times a cluster began with this state: 1, and one more for each restore.</param>
/// <param name="FeatureLevel">The feature level in force.</param>
internal sealed record SnapshotSummary(
    uint Hash,
    long Revision,
    long TotalKey,
    long TotalSize,
    long CompactRevision,
    long Versions,
    long Leases,
    string ClusterId,
    int Members,
    long AppliedIndex,
    DateTimeOffset? Taken,
    long Incarnation,
    int FeatureLevel)
{
    /// <summary>Sums a file up.</summary>
    public static SnapshotSummary Of(SavedSnapshot snapshot)
    {
        var state = snapshot.State;
        var keyspace = state.Keyspace;
        _ = keyspace.TryHash(default, out uint hash);
        return new SnapshotSummary(
            hash,
            keyspace.Revision.Value,
            keyspace.KeyCount,
            snapshot.FileBytes,
            keyspace.CompactedRevision.Value,
            keyspace.VersionCount,
            keyspace.LeaseCount,
            snapshot.Cluster.Value.ToString(CultureInfo.InvariantCulture),
            state.Members.Count,
            state.AppliedIndex,
            state.TimestampMilliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(state.TimestampMilliseconds),
            state.Incarnation,
            state.FeatureLevel);
    }
}
