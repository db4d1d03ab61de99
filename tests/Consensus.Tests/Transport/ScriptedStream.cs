using System.Threading.Channels;
using Grpc.Core;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Transport;

/// <summary>An append stream whose other end answers each message, until a test ends it.</summary>
internal sealed class ScriptedStream : IClientStreamWriter<AppendRequest>, IAsyncStreamReader<AppendReply>
{
    private readonly Channel<AppendReply> _replies = Channel.CreateUnbounded<AppendReply>();

    /// <summary>What writes throw from now on.</summary>
    public Exception? End { get; set; }

    /// <summary>While set, writes never end, whatever is cancelled or disposed of.</summary>
    public bool Hangs { get; set; }

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

        if (Hangs)
        {
            await new TaskCompletionSource().Task;
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
