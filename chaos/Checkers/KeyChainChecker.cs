using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Follows each key through a watched history: every event must follow from the key as it was before, each told state before
/// an event must be that one, and reads of past revisions must find what the events made. Used once.
/// </summary>
internal sealed class KeyChainChecker(WatchEvidence evidence, WatchedHistory history)
{
    private readonly Dictionary<string, KeyVersion?> _keys = new(StringComparer.Ordinal);

    /// <summary>Whether a key that is not among them is known to be absent: not behind a gap.</summary>
    private bool _knowsRest;

    /// <summary>How many reads could be compared.</summary>
    public int ReadsCompared { get; private set; }

    public IEnumerable<string> Check()
    {
        ILookup<KeyChange, WatchSpan> tellers = evidence.Spans
            .Where(s => s.Aim.WithBefore)
            .SelectMany(s => s.Answers.SelectMany(a => a.Changes).Select(c => (Change: c, Span: s)))
            .ToLookup(t => t.Change, t => t.Span);
        ILookup<long, KeyChange> told = tellers.Select(t => t.Key).ToLookup(c => c.Revision);
        foreach ((long first, long last) in history.Covered)
        {
            Begin(first);
            var reads = new Queue<PastRead>(evidence.Reads.Where(r => r.Revision >= first - 1 && r.Revision <= last).OrderBy(r => r.Revision));
            foreach (IGrouping<long, KeyChange> revision in history.Between(first, last).GroupBy(c => c.Revision))
            {
                foreach (string wrong in Compare(reads, revision.Key - 1)
                    .Concat(told[revision.Key].Select(c => Before(c, tellers[c].First())).OfType<string>())
                    .Concat(revision.Select(Follow).OfType<string>()))
                {
                    yield return wrong;
                }
            }

            foreach (string wrong in Compare(reads, last))
            {
                yield return wrong;
            }
        }

        string? asked = evidence.Spans.Where(s => !s.Aim.WithBefore && s.Answers.Any(a => a.Changes.Any(c => c.Before is not null)))
            .Select(s => $"broke PrevKV: a key before an event was told and not asked for ({s})").FirstOrDefault();
        if (asked is not null)
        {
            yield return asked;
        }
    }

    private void Begin(long first)
    {
        _keys.Clear();
        _knowsRest = first <= evidence.EmptyAt + 1;
    }

    /// <summary>Takes an event in, and says where it doesn't follow from what was.</summary>
    private string? Follow(KeyChange change)
    {
        bool isKnown = _keys.TryGetValue(change.Key, out KeyVersion? before) || _knowsRest;
        _keys[change.Key] = change.Now;
        if (change.Now is not { } now)
        {
            return isKnown && before is null ? $"{change} was told, and the key was not there" : null;
        }

        bool isCreation = now.CreateRevision == now.ModRevision;
        return now.ModRevision != change.Revision ? $"{change} has the mod revision {now.ModRevision}"
            : isCreation != (now.Version == 1) ? $"broke IsCreate: {change} has version {now.Version} and create revision {now.CreateRevision}"
            : isKnown && isCreation != before is null ? $"broke IsCreate: {change} {(isCreation ? "creates" : "changes")} a key that was {(before is null ? "absent" : "there")}"
            : isKnown && before is not null && (now.Version != before.Version + 1 || now.CreateRevision != before.CreateRevision)
                ? $"broke Reliable: {change} has version {now.Version}, created at {now.CreateRevision}, behind version {before.Version}, created at {before.CreateRevision}"
            : null;
    }

    /// <summary>Compares the key before an event, as told, with the key as it was. A compacted one may be left out.</summary>
    private string? Before(KeyChange change, WatchSpan span)
    {
        bool isKnown = _keys.TryGetValue(change.Key, out KeyVersion? before) || _knowsRest;
        bool mayLack = change.Before is null && change.Revision <= evidence.CompactedTo;
        return !isKnown || mayLack || change.Before == before ? null
            : $"broke PrevKV: {change} tells of {change.Before?.ToString() ?? "no key"} before, and it was {before?.ToString() ?? "absent"} ({span})";
    }

    /// <summary>Compares the reads up to a revision, behind whose events we are.</summary>
    private IEnumerable<string> Compare(Queue<PastRead> reads, long revision)
    {
        while (reads.TryPeek(out PastRead? read) && read.Revision <= revision)
        {
            reads.Dequeue();
            ReadsCompared++;
            string? other = _keys.Keys.Union(_knowsRest ? read.Keys.Keys : [])
                .FirstOrDefault(key => read.Keys.GetValueOrDefault(key) != _keys.GetValueOrDefault(key));
            if (other is not null)
            {
                yield return $"a read at revision {read.Revision} found {read.Keys.GetValueOrDefault(other)?.ToString() ?? "no"} {other}, and the watched history gives {_keys.GetValueOrDefault(other)?.ToString() ?? "none"}";
            }
        }
    }
}
