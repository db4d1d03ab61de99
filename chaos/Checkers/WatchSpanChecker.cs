using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// What a watch promises that needs nothing but the watch itself. The properties and their names are etcd's
/// (https://etcd.io/docs/v3.6/learning/api_guarantees/#watch-apis; tests/robustness/validate in its sources).
/// </summary>
internal static class WatchSpanChecker
{
    /// <summary>The first promise that a watch broke; null where it kept them.</summary>
    public static string? Check(WatchSpan span)
    {
        long last = 0;
        long noted = 0;
        bool isSplit = false;
        var seen = new HashSet<(long Revision, string Key)>();
        foreach (WatchAnswer answer in span.Answers)
        {
            string? wrong = answer.Changes.Count == 0
                ? Notification(answer, last, noted, isSplit)
                : Events(span, answer, last, noted, isSplit) ?? Repeated(answer, seen);
            if (wrong is not null)
            {
                return $"{wrong} ({span})";
            }

            isSplit = answer.IsFragment;
            (last, noted) = answer.Changes.Count == 0 ? (last, answer.Revision) : (answer.Changes[^1].Revision, noted);
        }

        return null;
    }

    private static string? Notification(WatchAnswer answer, long last, long noted, bool isSplit) =>
        isSplit ? $"broke Atomic: a notification of progress at {answer.Revision} stands between the fragments of revision {last}"
        : answer.Revision < last ? $"broke Bookmarkable: progress is at {answer.Revision}, after an event of {last}"
        : answer.Revision < noted ? $"broke Bookmarkable: progress is at {answer.Revision}, and was at {noted}"
        : null;

    private static string? Events(WatchSpan span, WatchAnswer answer, long last, long noted, bool isSplit)
    {
        long first = answer.Changes[0].Revision;
        if (answer.IsFragment && !span.Aim.InFragments)
        {
            return $"broke Atomic: a fragment at {first}, and none were asked for";
        }

        // An answer begins with a revision of its own; one behind a fragment may go on with the fragment's.
        if (first == last && !isSplit)
        {
            return $"broke Atomic: the events of revision {first} came in two answers";
        }

        foreach (KeyChange change in answer.Changes)
        {
            string? wrong = !span.Aim.Takes(change) ? $"broke Filter: {change} was not asked for"
                : change.Revision < last ? $"broke Ordered: {change} came behind revision {last}"
                : change.Revision <= noted ? $"broke Bookmarkable: {change} came after progress was at {noted}"
                : change.Revision < span.FirstRevision ? $"broke Resumable: {change} came, and {span.FirstRevision} is the first to come"
                : change.Revision > answer.Revision ? $"{change} came in an answer of revision {answer.Revision}"
                : null;
            if (wrong is not null)
            {
                return wrong;
            }

            last = change.Revision;
        }

        return null;
    }

    private static string? Repeated(WatchAnswer answer, HashSet<(long Revision, string Key)> seen) =>
        answer.Changes.FirstOrDefault(c => !seen.Add((c.Revision, c.Key))) is { } twice ? $"broke Unique: {twice} came twice" : null;
}
