using DotNext.IO.Log;
using StateServer.Consensus.Log;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Raft;

/// <summary>The entries of one append message, in the shape that the library's handler asks for.</summary>
/// <param name="request">The message.</param>
internal sealed class ReceivedEntries(AppendRequest request) : ILogEntryProducer<ReplicatedEntry>
{
    private int _next;

    long ILogEntryProducer<ReplicatedEntry>.RemainingCount => request.Entries.Count - _next;

    ReplicatedEntry IAsyncEnumerator<ReplicatedEntry>.Current
    {
        get
        {
            var entry = request.Entries[_next - 1];
            return new(new LogRecord(request.PreviousIndex + _next, entry.Term, (RecordKind)entry.Kind, entry.Payload.Memory));
        }
    }

    ValueTask<bool> IAsyncEnumerator<ReplicatedEntry>.MoveNextAsync()
    {
        if (_next == request.Entries.Count)
        {
            return new(false);
        }

        _next++;
        return new(true);
    }

    ValueTask IAsyncDisposable.DisposeAsync() => default;
}
