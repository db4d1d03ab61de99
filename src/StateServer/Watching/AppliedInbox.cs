using StateServer.Consensus.Replica;
using StateServer.Domain.Apply;

namespace StateServer.Watching;

/// <summary>
/// What was applied and not handed to watchers yet: a queue with a bound. What comes past the bound is a gap, of which only the
/// newest state is kept: the rest is read from its history. A restored snapshot is a gap too. Filling it never waits. Thread-safe.
/// </summary>
/// <param name="options">The bounds.</param>
internal sealed class AppliedInbox(WatchOptions options)
{
    private readonly Lock _gate = new();
    private Queue<AppliedEntry> _entries = new();
    private ReplicatedState? _afterGap;
    private bool _isOpen;
    private long _bytes;
    private int _events;

    /// <summary>How often it overflowed.</summary>
    public long Overflows { get; private set; }

    /// <summary>Changes that wait.</summary>
    public int Events => Volatile.Read(ref _events);

    /// <summary>From now on what is applied is kept.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
        }
    }

    /// <summary>Nobody watches: what is applied is not kept.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOpen = false;
            Clear();
        }
    }

    /// <summary>Takes in what was applied.</summary>
    /// <returns>True where somebody waits for it.</returns>
    public bool Add(AppliedEntry entry)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                return false;
            }

            var isGap = _afterGap is not null || entry.IsRestore;
            if (isGap || !Fits(entry))
            {
                Overflows += isGap ? 0 : 1;
                _afterGap = entry.State;
            }
            else
            {
                _entries.Enqueue(entry);
            }

            return true;
        }
    }

    /// <summary>Takes the next entry out.</summary>
    /// <param name="entry">The entry; null where there is none, or a gap.</param>
    /// <param name="afterGap">The state behind a gap, where there is one.</param>
    /// <returns>True where there was either.</returns>
    public bool TryTake(out AppliedEntry? entry, out ReplicatedState? afterGap)
    {
        lock (_gate)
        {
            afterGap = null;
            if (_entries.TryDequeue(out entry))
            {
                _bytes -= Measure(entry);
                _events -= entry.Events.Length;
                return true;
            }

            (afterGap, _afterGap) = (_afterGap, null);
            return afterGap is not null;
        }
    }

    private static long Measure(AppliedEntry entry)
    {
        long bytes = 0;
        foreach (var change in entry.Events)
        {
            bytes += change.Current.Key.Length + change.Current.Value.Length;
        }

        return bytes;
    }

    /// <summary>An entry that is larger than all the room fits where it is alone: it is in memory already.</summary>
    private bool Fits(AppliedEntry entry)
    {
        var bytes = _bytes + Measure(entry);
        var events = _events + entry.Events.Length;
        if (_entries.Count > 0 && (bytes > options.MaxInboxBytes || events > options.MaxInboxEvents || _entries.Count >= options.MaxInboxEntries))
        {
            return false;
        }

        (_bytes, _events) = (bytes, events);
        return true;
    }

    private void Clear()
    {
        _entries = new Queue<AppliedEntry>();
        _afterGap = null;
        (_bytes, _events) = (0, 0);
    }
}
