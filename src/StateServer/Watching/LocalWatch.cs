using StateServer.Consensus.Reads;
using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <summary>
/// A watch of this process's own, for what waits inside it. It is bounded as a client's is: what is not taken in time comes from
/// history. For one reader.
/// </summary>
internal sealed class LocalWatch : IDisposable
{
    private readonly WatchHub _hub;
    private readonly WatchStream _stream;
    private readonly CancellationTokenRegistration _gone;

    /// <summary>Begins to watch.</summary>
    /// <param name="hub">This member's watches.</param>
    /// <param name="ranges">The keys.</param>
    /// <param name="startRevision">The first revision wanted.</param>
    /// <param name="filter">Which events are left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ReadRefusedException">This member must not serve.</exception>
    public LocalWatch(
        WatchHub hub, ReadOnlySpan<KeyRange> ranges, long startRevision, WatchFilter filter, CancellationToken cancellationToken)
    {
        _hub = hub;
        _stream = hub.Open(requiresLeader: false);
        foreach (var range in ranges)
        {
            hub.Create(_stream, new WatchSpec(range) { StartRevision = startRevision, Filter = filter });
        }

        _gone = cancellationToken.UnsafeRegister(
            static state => ((WatchStream)state!).Queue.End(new WatchEnding(WatchEndReason.ClientGone)), _stream);
    }

    /// <summary>The next events, of whole revisions; null where the watch can't go on and its owner must look at the state again.</summary>
    /// <exception cref="WatchEndedException">The member stops or must not serve, the token ended it, or there are too many watches.</exception>
    public async ValueTask<WatchBatch?> NextAsync()
    {
        while (true)
        {
            var taken = _stream.Queue.TryTake(out var message, out _, out var hasRoomAgain);
            if (hasRoomAgain)
            {
                _hub.RoomAgain(_stream);
            }

            if (taken)
            {
                switch (message.Kind)
                {
                    case WatchMessageKind.Events:
                        return message.Batch;
                    case WatchMessageKind.Compacted:
                        return null;
                    case WatchMessageKind.Refused:
                        throw new WatchEndedException(new WatchEnding(
                            WatchEndReason.Refused, new ReadRefusedException(ReadRefusal.QueueFull, message.Reason!)));
                    default:
                        continue;
                }
            }

            switch (_stream.Queue.Ending)
            {
                case null:
                    await _stream.Queue.WaitAsync();
                    continue;
                case { Reason: WatchEndReason.Failed }:
                    return null;
                case { } ending:
                    throw new WatchEndedException(ending);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Dispose();
        _hub.Close(_stream);
    }
}
