using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <summary>The watchers of one range within one group: what an event is for them is worked out once. The hub's lock guards it.</summary>
/// <param name="range">The range.</param>
internal sealed class WatchTarget(KeyRange range)
{
    private Watcher[] _watchers = new Watcher[1];

    /// <summary>The range.</summary>
    public KeyRange Range { get; } = range;

    /// <summary>How many watchers there are.</summary>
    public int Count { get; private set; }

    /// <summary>While events are dispatched: which of them concern the range, in order; null in between.</summary>
    public List<WatchEvent>? Pending { get; set; }

    /// <summary>One of the watchers, in an order of chance.</summary>
    public Watcher this[int slot] => _watchers[slot];

    /// <summary>Adds one.</summary>
    public void Add(Watcher watcher)
    {
        if (Count == _watchers.Length)
        {
            Array.Resize(ref _watchers, Count * 2);
        }

        watcher.Target = this;
        watcher.Slot = Count;
        _watchers[Count++] = watcher;
    }

    /// <summary>Removes one: the last takes its place, so that a walk from the end to the beginning meets each once.</summary>
    public void Remove(Watcher watcher)
    {
        if (watcher.Target != this || _watchers[watcher.Slot] != watcher)
        {
            throw new InvalidOperationException($"watch {watcher.Id} is not where it should be");
        }

        var last = _watchers[--Count];
        _watchers[watcher.Slot] = last;
        last.Slot = watcher.Slot;
        _watchers[Count] = null!;
        if (_watchers.Length > 4 * Math.Max(1, Count))
        {
            Array.Resize(ref _watchers, 2 * Math.Max(1, Count));
        }
    }
}
