using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>Calls the other member in this process, as long as the stage lets it through, there and back.</summary>
internal sealed class StagedLink(Stage stage, NodeId from, NodeId to) : IPeerLink
{
    public Task<PreVoteReply> PreVoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(cluster => cluster.PreVoteAsync(request.Clone(), cancellationToken));

    public Task<VoteReply> VoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(cluster => cluster.VoteAsync(from, request.Clone(), cancellationToken));

    public Task<AppendReply> AppendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(async cluster =>
        {
            var reply = await cluster.AppendAsync(from, request.Clone(), cancellationToken);
            if (reply.Answer == AppendReply.Types.Answer.Rejected && reply.Term == request.Term)
            {
                stage.CountRejection();
            }

            return reply;
        });

    public Task<SnapshotReply> SendSnapshotAsync(long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken)
        => throw new PeerUnavailableException(to, "a stage has no snapshots");

    public Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(async cluster =>
        {
            var refusal = stage.LosesQuestions ? "" : await cluster.CampaignAsync(from, request.Clone());
            return stage.LosesQuestions || stage.LosesAnswers
                ? throw new PeerUnavailableException(to, "the connection broke")
                : new TimeoutNowReply { Accepted = refusal is null, Reason = refusal ?? "" };
        });

    public Task<ResignReply> ResignAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MetadataReply> GetMetadataAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public void AbortAppend()
    {
    }

    public void Dispose()
    {
    }

    private async Task<TReply> CallAsync<TReply>(Func<MemberCluster, ValueTask<TReply>> call)
    {
        await Task.Yield();
        if (!stage.Passes(from, to))
        {
            throw new PeerUnavailableException(to, "the way is cut");
        }

        try
        {
            var reply = await call(stage[to.Value].Cluster);
            return stage.Passes(from, to) && stage.Passes(to, from) ? reply : throw new PeerUnavailableException(to, "the way back is cut");
        }
        catch (Exception exception) when (exception is not PeerUnavailableException)
        {
            throw new PeerUnavailableException(to, exception.Message, exception);
        }
    }
}
