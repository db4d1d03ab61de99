using DotNext.IO;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using StateServer.Consensus.Membership;

namespace StateServer.Consensus.Raft;

/// <summary>This member among the voters; it answers itself.</summary>
/// <param name="member">This member.</param>
/// <param name="cluster">The library's half of this member.</param>
internal sealed class LocalPeer(ConfigurationMember member, MemberCluster cluster) : ClusterPeer(member)
{
    /// <inheritdoc/>
    public override bool IsRemote => false;

    /// <inheritdoc/>
    public override bool IsLeader => cluster.IsLeader;

    /// <inheritdoc/>
    public override ClusterMemberStatus Status => ClusterMemberStatus.Available;

    /// <summary>
    /// The vote gate: this member's own vote waits for those of a majority of the configuration in force in its log, which
    /// may not be the one that the library counts over. Never takes a lock of the library.
    /// </summary>
    /// <exception cref="OperationCanceledException">No majority, or not in time: the library then makes this a follower again.</exception>
    public override async Task<Result<bool>> VoteAsync(long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        var ballot = cluster.BallotOf(term);
        ballot.Cast(Member.Id, granted: true);
        return await ballot.Decided.WaitAsync(token).ConfigureAwait(false)
            ? new Result<bool> { Term = term, Value = true }
            : throw new OperationCanceledException($"no majority of the voters in force granted term {term}");
    }

    /// <inheritdoc/>
    public override Task<Result<PreVoteResult>> PreVoteAsync(
        long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        var mayStand = cluster.MayStand();
        return Task.FromResult(new Result<PreVoteResult>
        {
            Term = term,
            Value = mayStand ? PreVoteResult.Accepted : PreVoteResult.RejectedByLeader,
        });
    }

    /// <inheritdoc/>
    public override Task<Result<ReplicationStatus>> AppendEntriesAsync<TEntry, TList>(
        long term, TList entries, long prevLogIndex, long prevLogTerm, long commitIndex, CancellationToken token)
        => throw new InvalidOperationException("a leader does not replicate to itself");

    /// <inheritdoc/>
    public override Task<Result<HeartbeatResult>> InstallSnapshotAsync(
        long term,
        IRaftLogEntry snapshot,
        long snapshotIndex,
        IDataTransferObject configuration,
        long configurationVersion,
        CancellationToken token)
        => throw new InvalidOperationException("a leader does not send itself a snapshot");

    /// <inheritdoc/>
    public override Task<long?> SynchronizeAsync(long commitIndex, CancellationToken token) => Task.FromResult<long?>(null);

    /// <inheritdoc/>
    public override Task<bool> ResignAsync(CancellationToken token) => cluster.StepDownAsync(token).AsTask();

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyDictionary<string, string>> GetMetadataAsync(bool refresh, CancellationToken token)
        => new(cluster.Metadata);

    /// <inheritdoc/>
    public override ValueTask CancelPendingRequestsAsync() => default;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
