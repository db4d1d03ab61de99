using System.Runtime.CompilerServices;
using DotNext.Net.Cluster.Consensus.Raft;

namespace StateServer.Consensus.Raft;

/// <summary>
/// The library's election timeout of this member, milliseconds: how long it waits for a leader, and how long it sticks to one.
/// The library has no public way to stand for election at once, nor to vote for whom the leader handed over to; both are this
/// one private field, for a moment (ADR 0032). The library's version is pinned; a test fails where the field is gone.
/// </summary>
internal static class ElectionTimer
{
    /// <summary>The field.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "electionTimeout")]
    public static extern ref int Milliseconds(RaftCluster<ClusterPeer> cluster);
}
