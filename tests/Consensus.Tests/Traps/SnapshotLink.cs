using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>A follower that has installed a snapshot whose last entry is of the leader's term, and says so.</summary>
internal sealed class SnapshotLink : IPeerLink
{
    public Task<SnapshotReply> SendSnapshotAsync(long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken)
        => Task.FromResult(new SnapshotReply { Term = term, Answer = AppendReply.Types.Answer.ReplicatedWithLeaderTerm });

    public Task<PreVoteReply> PreVoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public Task<VoteReply> VoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public Task<AppendReply> AppendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public Task<ResignReply> ResignAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MetadataReply> GetMetadataAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public void AbortAppend()
    {
    }

    public void Dispose()
    {
    }
}
