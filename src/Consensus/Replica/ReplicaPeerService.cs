using System.Threading.Channels;
using Grpc.Core;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Replica;

/// <summary>The members' service beyond Raft, on the peer port behind the identity check.</summary>
/// <param name="desk">What this member does for others.</param>
internal sealed class ReplicaPeerService(PeerDesk desk) : Protos.Replica.Replica.ReplicaBase
{
    /// <summary>Messages of one stream that may be unanswered; a well-behaved follower has far fewer.</summary>
    private const int MostUnanswered = 64;

    /// <inheritdoc/>
    public override async Task Forward(
        IAsyncStreamReader<ForwardRequest> requestStream, IServerStreamWriter<ForwardReply> responseStream, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, desk.Closing);
        var replies = Channel.CreateUnbounded<ForwardReply>(new() { SingleReader = true });
        using var room = new SemaphoreSlim(MostUnanswered);
        var session = desk.OpenForward(reply => replies.Writer.TryWrite(reply));
        var answering = AnswerAsync(replies.Reader, responseStream, room, end);
        try
        {
            while (await requestStream.MoveNext(end.Token).ConfigureAwait(false))
            {
                await room.WaitAsync(end.Token).ConfigureAwait(false);
                session.Receive(requestStream.Current);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or RpcException)
        {
            // The follower went away, or this member stops: what is in the queue goes its way, and nobody hears of it.
        }
        finally
        {
            replies.Writer.TryComplete();
            await answering.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async Task ReadIndex(
        IAsyncStreamReader<ReadIndexRequest> requestStream,
        IServerStreamWriter<ReadIndexReply> responseStream,
        ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, desk.Closing);
        try
        {
            while (await requestStream.MoveNext(end.Token).ConfigureAwait(false))
            {
                var reply = await desk.ReadIndexAsync(requestStream.Current, end.Token).ConfigureAwait(false);
                await responseStream.WriteAsync(reply, end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            // The follower went away, or this member stops: a read index nobody waits for is no loss.
        }
    }

    /// <inheritdoc/>
    public override async Task<LeasesReply> AskLeases(LeasesRequest request, ServerCallContext context)
        => await desk.AskLeasesAsync(request, context.CancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override Task<StatusReply> GetStatus(StatusRequest request, ServerCallContext context) => Task.FromResult(desk.GetStatus());

    /// <inheritdoc/>
    public override Task<DigestsReply> CompareDigests(DigestsRequest request, ServerCallContext context)
        => Task.FromResult(desk.CompareDigests(request));

    /// <inheritdoc/>
    public override async Task<ReachReply> Reach(ReachRequest request, ServerCallContext context)
        => await desk.ReachAsync(request, context.CancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<TransferReply> TransferLeadership(TransferRequest request, ServerCallContext context)
        => await desk.TransferLeadershipAsync(request, context.CancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<PrepareReply> Prepare(PrepareRequest request, ServerCallContext context)
        => await desk.PrepareAsync(context.CancellationToken).ConfigureAwait(false);

    private static async Task AnswerAsync(
        ChannelReader<ForwardReply> replies, IServerStreamWriter<ForwardReply> stream, SemaphoreSlim room, CancellationTokenSource end)
    {
        try
        {
            await foreach (var reply in replies.ReadAllAsync(end.Token).ConfigureAwait(false))
            {
                await stream.WriteAsync(reply, end.Token).ConfigureAwait(false);
                room.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            await end.CancelAsync().ConfigureAwait(false);
        }
    }
}
