using System.Threading.Channels;
using Grpc.Core;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Transport;

/// <summary>An append stream whose other end answers each message, until a test ends it.</summary>
internal sealed class ScriptedStream : IClientStreamWriter<AppendRequest>, IAsyncStreamReader<AppendReply>
{
    private readonly Channel<AppendReply> _replies = Channel.CreateUnbounded<AppendReply>();

    private readonly List<AppendReply> _held = [];
    private bool _isHeld;

    /// <summary>The numbers of the messages that came.</summary>
    public List<long> Received { get; } = [];

    /// <summary>While set, messages are answered later: when it is reset.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set
        {
            _isHeld = value;
            _held.ForEach(reply => Assert.True(_replies.Writer.TryWrite(reply)));
            _held.Clear();
        }
    }

    /// <summary>What writes throw from now on.</summary>
    public Exception? End { get; set; }

    public WriteOptions? WriteOptions { get; set; }

    public AppendReply Current { get; private set; } = new();

    public AsyncDuplexStreamingCall<AppendRequest, AppendReply> Call() =>
        new(this, this, Task.FromResult(new Metadata()), () => Grpc.Core.Status.DefaultSuccess, () => [], () => { });

    public async Task WriteAsync(AppendRequest message)
    {
        if (End is { } end)
        {
            throw end;
        }

        Received.Add(message.Sequence);
        if (_isHeld)
        {
            _held.Add(new() { Sequence = message.Sequence });
            return;
        }

        await _replies.Writer.WriteAsync(new() { Sequence = message.Sequence });
    }

    public Task WriteAsync(AppendRequest message, CancellationToken cancellationToken) => WriteAsync(message);

    public Task CompleteAsync() => Task.CompletedTask;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        Current = await _replies.Reader.ReadAsync(cancellationToken);
        return true;
    }
}
