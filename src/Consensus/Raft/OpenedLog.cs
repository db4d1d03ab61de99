using StateServer.Consensus.Log;
using StateServer.Consensus.Snapshots;

namespace StateServer.Consensus.Raft;

/// <summary>What <see cref="MemberFolder.OpenLog"/> opened.</summary>
/// <param name="Log">The log with its rules.</param>
/// <param name="Store">The log on disk.</param>
/// <param name="Votes">Term and vote on disk.</param>
/// <param name="Snapshots">The snapshots.</param>
/// <param name="IdleFolder">An empty folder for the library's own log.</param>
internal sealed record OpenedLog(RaftLog Log, LogStore Store, VoteStore Votes, SnapshotStore Snapshots, string IdleFolder) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Snapshots.Dispose();
        Store.Dispose();
        Votes.Dispose();
    }
}
