using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>All that watches of one range told, put together: the events by revision, and which revisions were told of at all.</summary>
internal sealed class WatchedHistory
{
    private readonly SortedList<long, List<KeyChange>> _byRevision = [];
    private readonly List<(long First, long Last)> _covered = [];
    private readonly List<string> _disagreements = [];

    public WatchedHistory(WatchEvidence evidence)
    {
        var all = new Dictionary<long, List<KeyChange>>();
        foreach (WatchSpan span in evidence.Spans)
        {
            foreach (IGrouping<long, KeyChange> revision in span.Answers.SelectMany(a => a.Changes).GroupBy(c => c.Revision))
            {
                Join(all, revision.Key, revision, span);
            }
        }

        foreach ((long revision, List<KeyChange> changes) in all.OrderBy(r => r.Key))
        {
            _byRevision.Add(revision, changes);
            Events += changes.Count;
        }

        IEnumerable<(long First, long Last)> told = evidence.Spans
            .Where(s => s.Aim.Contains(evidence.Whole) && s.LastRevision >= s.FirstRevision)
            .Select(s => (s.FirstRevision!.Value, s.LastRevision))
            .OrderBy(s => s.Value);
        foreach ((long first, long last) in told)
        {
            Cover(first, last);
        }
    }

    public IReadOnlyList<string> Disagreements => _disagreements;

    /// <summary>The revisions with events.</summary>
    public int Revisions => _byRevision.Count;

    /// <summary>The events.</summary>
    public int Events { get; private set; }

    /// <summary>The stretches of revisions that watches of the whole range told of, in order and apart from each other.</summary>
    public IReadOnlyList<(long First, long Last)> Covered => _covered;

    /// <summary>How often no watch of the whole range told of a revision between those that were told of.</summary>
    public int Gaps => Math.Max(0, _covered.Count - 1);

    /// <summary>The events of a revision; none where there are none, or nobody told.</summary>
    public IReadOnlyList<KeyChange> At(long revision) => _byRevision.GetValueOrDefault(revision) ?? [];

    /// <summary>The events from one revision to another, both included, in order.</summary>
    public IEnumerable<KeyChange> Between(long first, long last)
    {
        for (int at = LowerBound(first); at < _byRevision.Count && _byRevision.GetKeyAtIndex(at) <= last; at++)
        {
            foreach (KeyChange change in _byRevision.GetValueAtIndex(at))
            {
                yield return change;
            }
        }
    }

    public bool Covers(long revision) => _covered.Any(c => revision >= c.First && revision <= c.Last);

    /// <summary>The order within a revision is that of the watch that told most of it; what others told besides comes behind.</summary>
    private void Join(Dictionary<long, List<KeyChange>> all, long revision, IEnumerable<KeyChange> told, WatchSpan span)
    {
        if (!all.TryGetValue(revision, out List<KeyChange>? known))
        {
            all[revision] = [.. told.DistinctBy(c => c.Key)];
            return;
        }

        List<KeyChange> next = [.. told.DistinctBy(c => c.Key)];
        foreach (KeyChange change in next)
        {
            if (known.Find(k => k.Key == change.Key) is { } other && other.Now != change.Now)
            {
                _disagreements.Add($"{change} ({change.Now}) was told, and {other} ({other.Now}) to others ({span})");
            }
        }

        (List<KeyChange> more, List<KeyChange> less) = next.Count > known.Count ? (next, known) : (known, next);
        more.AddRange(less.Where(l => !more.Exists(m => m.Key == l.Key)));
        all[revision] = more;
    }

    private void Cover(long first, long last)
    {
        if (_covered.Count > 0 && first <= _covered[^1].Last + 1)
        {
            _covered[^1] = (_covered[^1].First, Math.Max(_covered[^1].Last, last));
        }
        else
        {
            _covered.Add((first, last));
        }
    }

    private int LowerBound(long revision)
    {
        int low = 0;
        int high = _byRevision.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _byRevision.GetKeyAtIndex(middle) < revision ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
