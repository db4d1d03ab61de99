using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <content>Handing out what was applied, and what becomes of a watcher there.</content>
internal sealed partial class WatchHub
{
    /// <summary>Hands out what comes next, from history where there was a gap.</summary>
    private bool Advance()
    {
        if (_revision < _state.Keyspace.Revision.Value && _watchers > 0)
        {
            FollowHistory(_state.Keyspace);
            return true;
        }

        if (!_inbox.TryTake(out var entry, out var afterGap))
        {
            return false;
        }

        // Of the first entries after the inbox was opened, some may be part of the state that was begun with.
        var state = entry?.State ?? afterGap!;
        if (state.AppliedIndex <= _state.AppliedIndex)
        {
            return true;
        }

        _state = state;
#if PLANTED_ForgetRestoredEvents
        _revision = afterGap is null ? _revision : state.Keyspace.Revision.Value;
#endif
        if (entry is { Events.IsEmpty: false } && entry.Events[0].Current.ModRevision.Value == _revision + 1)
        {
            _delivery.Deliver(_synced, entry.Events, through: null);
            _revision = state.Keyspace.Revision.Value;
        }

        return true;
    }

    /// <summary>What the inbox did not keep, in steps; watchers that need what is compacted of it are ended.</summary>
    private void FollowHistory(KeyspaceState keyspace)
    {
        if (_synced.Count == 0)
        {
            _revision = keyspace.Revision.Value;
            return;
        }

        if (keyspace.TryReadChanges(new Revision(_revision + 1), _options.HistoryStep, out var events) is not null)
        {
            var compacted = keyspace.CompactedRevision.Value;
            foreach (var watcher in _synced.All().Where(watcher => watcher.NextRevision < compacted).ToList())
            {
                EndCompacted(watcher, compacted);
            }

            _revision = compacted - 1;
            return;
        }

        _delivery.Deliver(_synced, events, through: null);
        _revision = events.Length < _options.HistoryStep ? keyspace.Revision.Value : events[^1].Current.ModRevision.Value;
    }

    private bool Send(Watcher watcher, WatchBatch batch)
    {
        var queue = watcher.Stream.Queue;
        if (!queue.TryAddEvents(WatchMessage.Of(watcher, batch), out var mustWake))
        {
            return false;
        }

        if (mustWake)
        {
            Wake(queue);
        }

        watcher.IsQuiet = false;
        return true;
    }

    /// <summary>Has a taker woken: of many, most on other threads at once, and the last few on this one behind the lock.</summary>
    private void Wake(SendQueue queue)
    {
        if (_waking.IsFull)
        {
            _waking.RunSoon();
            _waking = new WakeBatch();
        }

        _waking.Add(queue);
    }

    private void FallBehind(Watcher watcher, long revision)
    {
        _synced.Remove(watcher);
        watcher.NextRevision = revision;
        watcher.State = WatcherState.Parked;
        watcher.Stream.Parked.Add(watcher);
        Lag(watcher, 1);
        WatchMeter.FellBehind();
    }

    private void Arrive(Watcher watcher, KeyRange range)
    {
        Lag(watcher, -1);
        watcher.State = WatcherState.Synced;
        _synced.Add(watcher, range);
    }

    private void EndCompacted(Watcher watcher, long compacted)
    {
        Drop(watcher);
        watcher.Stream.Queue.Add(new WatchMessage(WatchMessageKind.Compacted, watcher.Id, compacted));
        WatchMeter.Compacted();
    }
}
