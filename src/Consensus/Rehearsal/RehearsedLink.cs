using Google.Protobuf;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Rehearsal;

/// <summary>Calls the other member of a rehearsal in this process, with messages that went into bytes and out of them. Thread-safe.</summary>
/// <param name="from">Who calls.</param>
/// <param name="to">Who is called.</param>
/// <param name="find">A member's half of the library; null as long as it isn't started.</param>
internal sealed class RehearsedLink(NodeId from, NodeId to, Func<NodeId, MemberCluster?> find) : IPeerLink
{
    /// <inheritdoc/>
    public Task<PreVoteReply> PreVoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(cluster => cluster.PreVoteAsync(Sent(request, VoteRequest.Parser), cancellationToken), PreVoteReply.Parser);

    /// <inheritdoc/>
    public Task<VoteReply> VoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(cluster => cluster.VoteAsync(from, Sent(request, VoteRequest.Parser), cancellationToken), VoteReply.Parser);

    /// <inheritdoc/>
    public Task<AppendReply> AppendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(cluster => cluster.AppendAsync(from, Sent(request, AppendRequest.Parser), cancellationToken), AppendReply.Parser);

    /// <inheritdoc/>
    public Task<SnapshotReply> SendSnapshotAsync(long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken)
        => throw new PeerUnavailableException(to, "a rehearsal has no snapshots");

    /// <inheritdoc/>
    public Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync(
            async cluster =>
            {
                var refusal = await cluster.CampaignAsync(from, Sent(request, TimeoutNowRequest.Parser)).ConfigureAwait(false);
                return new TimeoutNowReply { Accepted = refusal is null, Reason = refusal ?? "" };
            },
            TimeoutNowReply.Parser);

    /// <inheritdoc/>
    public Task<ResignReply> ResignAsync(CancellationToken cancellationToken)
        => throw new PeerUnavailableException(to, "nobody resigns in a rehearsal");

    /// <inheritdoc/>
    public Task<MetadataReply> GetMetadataAsync(CancellationToken cancellationToken)
        => throw new PeerUnavailableException(to, "nobody is asked for it in a rehearsal");

    /// <inheritdoc/>
    public void AbortAppend()
    {
        // A call in this process ends by itself.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static TMessage Sent<TMessage>(TMessage message, MessageParser<TMessage> parser)
        where TMessage : IMessage<TMessage>
        => parser.ParseFrom(message.ToByteString());

    private async Task<TReply> CallAsync<TReply>(Func<MemberCluster, ValueTask<TReply>> call, MessageParser<TReply> parser)
        where TReply : IMessage<TReply>
    {
        await Task.Yield();
        try
        {
            return Sent(await call(find(to) ?? throw new PeerUnavailableException(to, "it is not started")).ConfigureAwait(false), parser);
        }
        catch (Exception exception) when (exception is not PeerUnavailableException)
        {
            throw new PeerUnavailableException(to, exception.Message, exception);
        }
    }
}
