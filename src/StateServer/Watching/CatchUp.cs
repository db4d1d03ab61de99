using System.Collections.Immutable;
using StateServer.Domain.Events;
using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <summary>
/// Brings watchers that are behind up to the hub's revision, from history, a bounded step at a time: the watcher that waited
/// longest, and with it those that need the same stretch. The hub's lock guards it.
/// </summary>
/// <param name="options">The bounds of a step.</param>
/// <param name="send">Takes a batch for a watcher; false where it has no room.</param>
/// <param name="arrived">Told of a watcher that is at the hub's revision.</param>
/// <param name="compacted">Told of a watcher whose history is gone, and of the compacted revision.</param>
internal sealed class CatchUp(
    WatchOptions options, Func<Watcher, WatchBatch, bool> send, Action<Watcher, KeyRange> arrived, Action<Watcher, long> compacted)
{
    private readonly List<(Watcher Watcher, KeyRange Range)> _chosen = [];
    private Queue<(Watcher Watcher, KeyRange Range)> _waiting = new();
    private Delivery? _delivery;

    /// <summary>True while a step would do something.</summary>
    public bool HasWork => _waiting.Count > 0;

    /// <summary>Adds a watcher; one that is cancelled before its turn is passed over then.</summary>
    public void Add(Watcher watcher, KeyRange range)
    {
        watcher.State = WatcherState.Behind;
        _waiting.Enqueue((watcher, range));
    }

    /// <summary>Adds again those that waited for room.</summary>
    public void AddAll(IEnumerable<Watcher> parked)
    {
        foreach (var watcher in parked)
        {
            if (watcher.State == WatcherState.Parked)
            {
                Add(watcher, watcher.Target.Range);
            }
        }
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        _waiting = new();
        _chosen.Clear();
        _delivery = null;
    }

    /// <summary>Makes one step.</summary>
    /// <param name="keyspace">Where the history is read.</param>
    /// <param name="revision">The hub's revision, which may be before the keyspace's.</param>
    public void Step(KeyspaceState keyspace, long revision)
    {
        if (!TryNext(keyspace, out var first))
        {
            return;
        }

        var from = first.Watcher.NextRevision;
        var (events, through) = Read(keyspace, from, revision);
        var group = new WatchGroup();
        Choose(first, group);
        for (var seen = Math.Min(_waiting.Count, options.WatchersPerStep - 1); seen > 0; seen--)
        {
            var next = _waiting.Dequeue();
            if (next.Watcher.State != WatcherState.Behind)
            {
                continue;
            }

            if (next.Watcher.NextRevision >= from && next.Watcher.NextRevision <= through && next.Watcher.Stream.Queue.HasRoom)
            {
                Choose(next, group);
            }
            else
            {
                _waiting.Enqueue(next);
            }
        }

        _delivery ??= new Delivery(options.MaxResponseBytes, send, Park);
        _delivery.Deliver(group, events, through);
        foreach (var chosen in _chosen)
        {
            Conclude(chosen, through, revision);
        }

        _chosen.Clear();
    }

    /// <summary>The next one that can be served; those without room or history are put away.</summary>
    private bool TryNext(KeyspaceState keyspace, out (Watcher Watcher, KeyRange Range) next)
    {
        while (_waiting.TryDequeue(out next))
        {
            if (next.Watcher.State != WatcherState.Behind)
            {
                continue;
            }

            if (next.Watcher.NextRevision < keyspace.CompactedRevision.Value)
            {
                compacted(next.Watcher, keyspace.CompactedRevision.Value);
                continue;
            }

            return true;
        }

        return false;
    }

    private void Choose((Watcher Watcher, KeyRange Range) chosen, WatchGroup group)
    {
        _chosen.Add(chosen);
        group.Add(chosen.Watcher, chosen.Range);
    }

    /// <summary>The changes from a revision on, and the last revision that they are complete to.</summary>
    private (ImmutableArray<KeyEvent> Events, long Through) Read(KeyspaceState keyspace, long from, long revision)
    {
        if (keyspace.TryReadChanges(new(from), options.HistoryStep, out var events) is { } refused)
        {
            throw new InvalidOperationException($"history that should be there was refused: {refused.Detail}");
        }

        if (events.Length < options.HistoryStep || events[^1].Current.ModRevision.Value >= revision)
        {
            return ([.. events.TakeWhile(change => change.Current.ModRevision.Value <= revision)], revision);
        }

        return (events, events[^1].Current.ModRevision.Value);
    }

    private static void Park(Watcher watcher, long revision)
    {
        watcher.NextRevision = revision;
        watcher.State = WatcherState.Parked;
        watcher.Stream.Parked.Add(watcher);
    }

    private void Conclude((Watcher Watcher, KeyRange Range) chosen, long through, long revision)
    {
        var watcher = chosen.Watcher;
        if (watcher.State != WatcherState.Behind)
        {
            return;
        }

        watcher.NextRevision = Math.Max(watcher.NextRevision, through + 1);
        if (watcher.NextRevision > revision)
        {
            arrived(watcher, chosen.Range);
        }
        else
        {
            _waiting.Enqueue(chosen);
        }
    }
}
