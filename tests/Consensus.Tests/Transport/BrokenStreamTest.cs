using Grpc.Core;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Transport;

/// <summary>A stream that ended between two messages, as when a follower is killed, is opened anew, whatever its write throws.</summary>
public sealed class BrokenStreamTest
{
    public static TheoryData<Exception> Ends { get; } =
    [
        new HttpRequestException("The request was aborted."),
        new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "gone")),
        new IOException("gone"),
        new InvalidOperationException("gone"),
    ];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task The_next_append_goes_over_a_new_stream(Exception end)
    {
        var invoker = new ScriptedStreams();
        using var stream = new AppendStream(
            new(2), () => invoker, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.Equal(1, (await AppendAsync(stream, 1)).Sequence);
        invoker.Streams[0].End = end;
        Assert.Equal(2, (await AppendAsync(stream, 2)).Sequence);
        Assert.Equal(3, (await AppendAsync(stream, 3)).Sequence);
        Assert.Equal(2, invoker.Streams.Count);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task An_exchange_says_that_its_member_is_unavailable(Exception end)
    {
        var stream = new ScriptedStream { End = end };
        await using var exchange = new GrpcExchange<AppendRequest, AppendReply>(new(2), stream.Call());
        await Assert.ThrowsAsync<PeerUnavailableException>(() => exchange.SendAsync(new(), CancellationToken.None).AsTask());
    }

    /// <summary>
    /// Found by a bench: a large append to a dead member's port, on which another one was, was refused before it was read, and its write hung
    /// for ever though its call was disposed of. So did the leader's loop when that member's vote was taken, and the member with it.
    /// </summary>
    [Theory]
    [InlineData("timeout")]
    [InlineData("token")]
    [InlineData("abort")]
    [InlineData("dispose")]
    public async Task An_append_whose_write_hangs_is_given_up(string end)
    {
        var invoker = new ScriptedStreams();
        using var stream = new AppendStream(
            new(2), () => invoker, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeProvider.System);
        await AppendAsync(stream, 1);
        invoker.Streams[0].Hangs = true;
        using var stop = new CancellationTokenSource();
        var timeout = end == "timeout" ? TimeSpan.FromMilliseconds(50) : TimeSpan.FromHours(1);
        var append = stream.SendAsync(new() { Sequence = 2 }, timeout, stop.Token);
        switch (end)
        {
            case "token":
                await stop.CancelAsync();
                break;
            case "abort":
                stream.Abort();
                break;
            case "dispose":
                stream.Dispose();
                break;
        }

        var ended = await Task.WhenAny(append, Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Same(append, ended);
        switch (end)
        {
            case "timeout" or "dispose":
                await Assert.ThrowsAsync<PeerUnavailableException>(() => append);
                break;
            case "token":
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append);
                break;
            default:
                // What was only given up goes over a new stream.
                Assert.Equal(2, (await append).Sequence);
                break;
        }
    }

    private static Task<AppendReply> AppendAsync(AppendStream stream, long sequence) =>
        stream.SendAsync(new() { Sequence = sequence }, TimeSpan.FromSeconds(5), CancellationToken.None);
}
