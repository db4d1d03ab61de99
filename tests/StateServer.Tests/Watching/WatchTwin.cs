using StateServer.Domain.Events;
using StateServer.Watching;

namespace StateServer.StateServer.Tests.Watching;

/// <summary>What one watcher must be told, found by looking at every event there ever was.</summary>
internal sealed class WatchTwin(WatchSpec spec, long from)
{
    private long _next = from;

    internal WatchSpec Spec { get; } = spec;

    internal bool IsEnded { get; private set; }

    /// <summary>Everything that it must be told and was not.</summary>
    internal List<KeyEvent> Owed(IEnumerable<KeyEvent> all) =>
        [.. all.Where(change => change.Current.ModRevision.Value >= _next && Wants(change))];

    internal void Told(WatchMessage message, IReadOnlyList<KeyEvent> all, long compacted)
    {
        Assert.False(IsEnded, "events came after the end");
        var batch = message.Batch!;
        var owed = Owed(all);
        var told = batch.Events.Length;
        Assert.True(told > 0 && told <= owed.Count, $"{told} events came, {owed.Count} were owed");
        for (var i = 0; i < told; i++)
        {
            Assert.Equal(owed[i].Current, batch.Events[i].Change.Current);
            Assert.Equal(owed[i].IsDelete, batch.Events[i].Change.IsDelete);
            var previous = batch.Events[i].Change.Previous;
            Assert.True(
                Equals(previous, owed[i].Previous) || (previous is null && batch.Events[i].Revision <= compacted), "another version before it");
        }

        // Whole revisions, and nothing left out up to the one that it tells.
        Assert.True(batch.Revision >= batch.Events[^1].Revision);
        Assert.True(owed.Count == told || owed[told].Current.ModRevision.Value > batch.Revision, "the response tells a revision too high");
        _next = batch.Revision + 1;
    }

    internal void Progressed(long revision, IEnumerable<KeyEvent> all)
    {
        Assert.DoesNotContain(Owed(all), change => change.Current.ModRevision.Value <= revision);
        Assert.True(Spec.StartRevision <= revision + 1, "progress before the watch begins");
        _next = Math.Max(_next, revision + 1);
    }

    /// <summary>It may end so only where the next revision that it needs is gone.</summary>
    internal void Compacted(long revision, long compacted)
    {
        Assert.False(IsEnded, "it ended twice");
        Assert.True(revision <= compacted && _next < revision, $"ended as compacted at {revision} while it needed {_next}");
        IsEnded = true;
    }

    private bool Wants(KeyEvent change) =>
        Spec.Range.Contains(change.Current.Key)
        && (Spec.Filter & (change.IsDelete ? WatchFilter.NoDelete : WatchFilter.NoPut)) == 0;
}
