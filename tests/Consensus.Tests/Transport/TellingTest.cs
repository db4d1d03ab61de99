using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Transport;

/// <summary>A heartbeat behind an append that waits for its answer.</summary>
public sealed class TellingTest : IDisposable
{
    private readonly ScriptedStreams _invoker = new();
    private readonly AppendStream _stream;

    public TellingTest() => _stream = new(
        new(2), () => _invoker, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeProvider.System);

    [Fact]
    public async Task It_is_sent_at_once_and_its_answer_is_taken_for_no_other_messages()
    {
        await AppendAsync(1);
        var follower = _invoker.Streams[0];
        follower.IsHeld = true;
        var appending = AppendAsync(2);
        _stream.Tell(Heartbeat());
        Assert.Equal([1L, 2, IPeerLink.Unnumbered], follower.Received);
        Assert.False(appending.IsCompleted);
        follower.IsHeld = false;
        Assert.Equal(2, (await appending).Sequence);
        Assert.Equal(3, (await AppendAsync(3)).Sequence);
        Assert.Equal(4, (await AppendAsync(4)).Sequence);
        Assert.Single(_invoker.Streams);
    }

    [Fact]
    public async Task Behind_one_append_only_one_is_sent()
    {
        await AppendAsync(1);
        _invoker.Streams[0].IsHeld = true;
        _ = AppendAsync(2);
        _stream.Tell(Heartbeat());
        _stream.Tell(Heartbeat());
        Assert.Equal([1L, 2, IPeerLink.Unnumbered], _invoker.Streams[0].Received);
    }

    [Fact]
    public async Task Where_no_append_waits_none_is_sent()
    {
        _stream.Tell(Heartbeat());
        await AppendAsync(1);
        _stream.Tell(Heartbeat());
        Assert.Equal([1L], _invoker.Streams[0].Received);
    }

    [Fact]
    public async Task One_that_fails_harms_no_append()
    {
        await AppendAsync(1);
        _invoker.Streams[0].IsHeld = true;
        var appending = AppendAsync(2);
        _invoker.Streams[0].End = new IOException("gone");
        _stream.Tell(Heartbeat());
        _invoker.Streams[0].IsHeld = false;
        Assert.Equal(2, (await appending).Sequence);
        Assert.Equal(3, (await AppendAsync(3)).Sequence);
    }

    public void Dispose() => _stream.Dispose();

    private static AppendRequest Heartbeat() => new() { Sequence = IPeerLink.Unnumbered };

    private Task<AppendReply> AppendAsync(long sequence) =>
        _stream.SendAsync(new() { Sequence = sequence }, TimeSpan.FromSeconds(5), CancellationToken.None);
}
