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

    private static Task<AppendReply> AppendAsync(AppendStream stream, long sequence) =>
        stream.SendAsync(new() { Sequence = sequence }, TimeSpan.FromSeconds(5), CancellationToken.None);
}
