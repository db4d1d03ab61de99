namespace StateServer.Watching;

/// <content>What streams are told of how far they got: when they ask, and by a timer where they want it.</content>
internal sealed partial class WatchHub
{
    /// <summary>
    /// Tells the stream the revision that all its watches have been told everything up to, and that is at least what is applied
    /// now: at once where they are synced, otherwise as soon as they are. Requests that come before that share the next answer:
    /// they never put off the one that is due, however often a client asks.
    /// </summary>
    public void AskProgress(WatchStream stream)
    {
        lock (_gate)
        {
            var now = _replica.State.Keyspace.Revision.Value;
            (stream.ProgressFrom, stream.ProgressAgain) = stream.ProgressFrom == 0 ? (now, 0) : (stream.ProgressFrom, now);
            if (stream.Queue.Ending is null && !Answer(stream))
            {
                _progressAsked.Add(stream);
            }
        }
    }

    /// <summary>Answers a request for progress where it can be.</summary>
    /// <returns>True where none is open any more.</returns>
    private bool Answer(WatchStream stream)
    {
        if (stream.ProgressFrom == 0)
        {
            return true;
        }

#if !PLANTED_ProgressOvertakesEvents
        if (stream.Lagging > 0)
        {
            return false;
        }
#endif

        var revision = stream.Watchers.Any(static watcher => watcher.State != WatcherState.Gone)
            ? _revision
            : Math.Max(stream.ProgressFrom, stream.ProgressAgain);
        if (revision < stream.ProgressFrom)
        {
            return false;
        }

        (stream.ProgressFrom, stream.ProgressAgain) = (stream.ProgressAgain > revision ? stream.ProgressAgain : 0, 0);
        if (!stream.Watchers.Any(watcher => Awaits(watcher, revision)))
        {
            stream.Queue.Add(new WatchMessage(WatchMessageKind.Progress, WatchMessage.NoId, revision));
        }

        return stream.ProgressFrom == 0;
    }

    /// <summary>
    /// A watch from a later revision on is not told an earlier one: its client would resume too early. One from the very next
    /// revision on is: it resumes where it began, and the stream's others must not wait for it.
    /// </summary>
    private static bool Awaits(Watcher watcher, long revision) =>
        watcher.State != WatcherState.Gone && watcher.StartRevision > revision + 1;

    private ITimer StartProgress(WatchStream stream)
    {
        var interval = _options.ProgressInterval * (1 + (Random.Shared.NextDouble() / 10));
        return _time.CreateTimer(_ => NotifyProgress(stream), null, interval, interval);
    }

    private void NotifyProgress(WatchStream stream)
    {
        lock (_gate)
        {
            if (!stream.Queue.HasRoom)
            {
                return;
            }

            foreach (var watcher in stream.Watchers.Where(static watcher => watcher.WantsProgress))
            {
                if (watcher.IsQuiet && watcher.State == WatcherState.Synced && !Awaits(watcher, _revision))
                {
                    stream.Queue.Add(new WatchMessage(WatchMessageKind.Progress, watcher.Id, _revision));
                }

                watcher.IsQuiet = true;
            }
        }
    }
}
