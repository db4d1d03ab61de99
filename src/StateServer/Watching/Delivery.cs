using System.Collections.Immutable;
using StateServer.Domain.Events;

namespace StateServer.Watching;

/// <summary>
/// Hands events to the watchers of a group: each event is looked up once, each range's events are gathered once, and watchers
/// of the same range and filter get the same batch. The hub's lock guards it.
/// </summary>
/// <param name="maxResponseBytes">Bytes of a batch, unless a single revision has more.</param>
/// <param name="handOver">Takes a batch for a watcher; false where it has no room.</param>
/// <param name="leaveBehind">Told of a watcher that had no room, and the first revision that it did not get. It may leave the group.</param>
internal sealed class Delivery(
    int maxResponseBytes, Func<Watcher, WatchBatch, bool> handOver, Action<Watcher, long> leaveBehind)
{
    /// <summary>Lists kept for the next time: as many as the events of a busy cluster concern at once, and no more.</summary>
    private const int SparesKept = 1_024;

    private readonly List<WatchTarget> _found = [];
    private readonly List<WatchTarget> _touched = [];
    private readonly Stack<List<WatchEvent>> _spare = new();
    private readonly ImmutableArray<WatchBatch>[] _byFilter = new ImmutableArray<WatchBatch>[(int)WatchFilter.All + 1];

    /// <summary>Hands them out.</summary>
    /// <param name="group">To whom.</param>
    /// <param name="events">Whole revisions, in order.</param>
    /// <param name="through">The revision that this tells everything up to; null for that of each batch's last event.</param>
    public void Deliver(WatchGroup group, ImmutableArray<KeyEvent> events, long? through)
    {
        foreach (var change in events)
        {
            Gather(group, change);
        }

        foreach (var target in _touched)
        {
            Deliver(target, through);
            var pending = target.Pending!;
            target.Pending = null;
            pending.Clear();
            _spare.Push(pending);
        }

        _touched.Clear();
        if (_spare.Count > SparesKept)
        {
            _spare.Clear();
        }
    }

    /// <summary>Forgets what was under way when handing out failed.</summary>
    public void Reset()
    {
        _found.Clear();
        _touched.Clear();
        _spare.Clear();
    }

    private void Gather(WatchGroup group, in KeyEvent change)
    {
        _found.Clear();
        group.Collect(change.Current.Key, _found);
        if (_found.Count == 0)
        {
            return;
        }

        var shared = new WatchEvent(change);
        foreach (var target in _found)
        {
            if (target.Pending is null)
            {
                target.Pending = _spare.TryPop(out var spare) ? spare : [];
                _touched.Add(target);
            }

            target.Pending.Add(shared);
        }
    }

    private void Deliver(WatchTarget target, long? through)
    {
        var pending = target.Pending!;
        var first = pending[0].Revision;
        Array.Clear(_byFilter);
        for (var slot = target.Count - 1; slot >= 0; slot--)
        {
            var watcher = target[slot];
            ImmutableArray<WatchBatch> batches;
#if PLANTED_TellAgainAfterFailover
            if (watcher.NextRevision > first && watcher.State != WatcherState.Synced)
#else
            if (watcher.NextRevision > first)
#endif
            {
                batches = Cut(pending, watcher.Filter, watcher.NextRevision, through);
            }
            else
            {
                ref var shared = ref _byFilter[(int)watcher.Filter];
                if (shared.IsDefault)
                {
                    shared = Cut(pending, watcher.Filter, first, through);
                }

                batches = shared;
            }

            foreach (var batch in batches)
            {
                if (!handOver(watcher, batch))
                {
                    leaveBehind(watcher, batch.FirstRevision);
                    break;
                }
            }
        }
    }

    /// <summary>Makes batches of whole revisions of what a watcher wants of the events.</summary>
    private ImmutableArray<WatchBatch> Cut(List<WatchEvent> pending, WatchFilter filter, long from, long? through)
    {
        var wanted = ImmutableArray.CreateBuilder<WatchEvent>(pending.Count);
        foreach (var one in pending)
        {
            if (one.Revision >= from && (one.Kind & filter) == 0)
            {
                wanted.Add(one);
            }
        }

        return wanted.Count == 0 ? [] : Cut(wanted.DrainToImmutable(), through);
    }

    private ImmutableArray<WatchBatch> Cut(ImmutableArray<WatchEvent> events, long? through)
    {
        var batches = ImmutableArray.CreateBuilder<WatchBatch>(1);
        var (first, revisionAt) = (0, 0);
        var (bytes, bytesOfRevision) = (0L, 0L);
        for (var at = 0; at < events.Length; at++)
        {
            if (at > 0 && events[at].Revision != events[at - 1].Revision)
            {
                (revisionAt, bytesOfRevision) = (at, 0);
            }

            bytes += events[at].SizeBytes;
            bytesOfRevision += events[at].SizeBytes;
            if (bytes > maxResponseBytes && revisionAt > first)
            {
                // The revision that is too much begins the next one, whole.
                batches.Add(new WatchBatch(events[first..revisionAt], events[revisionAt].Revision - 1));
                (first, bytes) = (revisionAt, bytesOfRevision);
            }
        }

        var last = events[^1].Revision;
        batches.Add(new WatchBatch(first == 0 ? events : events[first..], Math.Max(through ?? last, last)));
        return batches.DrainToImmutable();
    }
}
