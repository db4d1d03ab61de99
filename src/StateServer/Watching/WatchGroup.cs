using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <summary>Watchers by what they watch: single keys in a table, ranges in a tree. The hub's lock guards it.</summary>
internal sealed class WatchGroup
{
    private readonly Dictionary<Key, WatchTarget> _keys = [];
    private readonly RangeIndex _ranges = new();

    /// <summary>How many watchers there are.</summary>
    public int Count { get; private set; }

    /// <summary>Every watcher; nothing may be added or removed meanwhile.</summary>
    public IEnumerable<Watcher> All()
    {
        foreach (var target in _keys.Values.Concat(_ranges.All()))
        {
            for (var slot = 0; slot < target.Count; slot++)
            {
                yield return target[slot];
            }
        }
    }

    /// <summary>Adds a watcher that is in no group.</summary>
    public void Add(Watcher watcher, KeyRange range)
    {
        WatchTarget? target;
        if (range.IsSingle)
        {
            if (!_keys.TryGetValue(range.Start, out target))
            {
                _keys.Add(range.Start, target = new WatchTarget(range));
            }
        }
        else if ((target = _ranges.Find(range)) is null)
        {
            _ranges.Add(target = new WatchTarget(range));
        }

        target.Add(watcher);
        Count++;
    }

    /// <summary>Removes a watcher of this group; it remembers the target, and with it the range.</summary>
    public void Remove(Watcher watcher)
    {
        var target = watcher.Target;
        target.Remove(watcher);
        Count--;
        if (target.Count > 0)
        {
            return;
        }

        if (target.Range.IsSingle)
        {
            _keys.Remove(target.Range.Start);
        }
        else
        {
            _ranges.Remove(target.Range);
        }
    }

    /// <summary>Adds to <paramref name="found"/> the targets that hold the key.</summary>
    public void Collect(Key key, List<WatchTarget> found)
    {
        if (_keys.TryGetValue(key, out var target))
        {
            found.Add(target);
        }

        _ranges.Collect(key, found);
    }
}
