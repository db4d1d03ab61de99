using System.Collections.Immutable;

namespace StateServer.Watching;

/// <summary>
/// What one response carries: events of whole revisions, in order. One object for all watchers of the same range and filter.
/// Immutable but for the count of queues that it is in.
/// </summary>
/// <param name="events">The events; at least one.</param>
/// <param name="revision">Everything up to this revision that the watch is for has been told with it.</param>
internal sealed class WatchBatch(ImmutableArray<WatchEvent> events, long revision)
{
    /// <summary>What one takes beside its events: this object and its array.</summary>
    private const int OverheadBytes = 64;

    private int _queues;

    /// <summary>The events; at least one.</summary>
    public ImmutableArray<WatchEvent> Events { get; } = events;

    /// <summary>Everything up to this revision that the watch is for has been told with it.</summary>
    public long Revision { get; } = revision;

    /// <summary>The revision of the first event.</summary>
    public long FirstRevision => Events[0].Revision;

    /// <summary>Bytes of memory that it takes while it waits, about: keys, values and what holds them.</summary>
    public int SizeBytes { get; } = Measure(events);

    /// <summary>Enters one more queue.</summary>
    /// <returns>True for the first: from now on it takes memory.</returns>
    public bool Enter() => Interlocked.Increment(ref _queues) == 1;

    /// <summary>Leaves a queue.</summary>
    /// <returns>True for the last.</returns>
    public bool Leave() => Interlocked.Decrement(ref _queues) == 0;

    private static int Measure(ImmutableArray<WatchEvent> events)
    {
        long bytes = OverheadBytes;
        foreach (var one in events)
        {
            bytes += WatchEvent.OverheadBytes + one.SizeBytes;
        }

        return (int)Math.Min(bytes, int.MaxValue);
    }
}
