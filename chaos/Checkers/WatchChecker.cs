using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Judges all watches of one range together: the history is what they told, put together; each must have told its part of
/// it, the writers and reads of past revisions must agree with it, and each key's versions must follow each other.
/// </summary>
internal static class WatchChecker
{
    private const string Name = "watch";

    public static Verdict Check(WatchEvidence evidence) => Check(evidence, out _);

    /// <param name="evidence">What is known.</param>
    /// <param name="all">All that can't be, the most telling first.</param>
    public static Verdict Check(WatchEvidence evidence, out IReadOnlyList<string> all)
    {
        var wrong = new List<string>(evidence.Spans.Select(WatchSpanChecker.Check).OfType<string>());
        all = wrong;
        var history = new WatchedHistory(evidence);
        wrong.AddRange(history.Disagreements);
        wrong.AddRange(evidence.Spans.Select(span => Incomplete(span, history) ?? Compaction(span, evidence.CompactedTo)).OfType<string>());
        wrong.AddRange(WatchedWriteChecker.Check(history, evidence.Writes));
        var chain = new KeyChainChecker(evidence, history);
        wrong.AddRange(chain.Check());
        return wrong.Count > 0
            ? new Verdict(Name, Conclusion.Violated, $"{wrong[0]} ({wrong.Count} in all)")
            : new Verdict(Name, Conclusion.Holds, Summary(evidence, history, chain));
    }

    /// <summary>Compares what a watch told with its part of the history, event by event.</summary>
    private static string? Incomplete(WatchSpan span, WatchedHistory history)
    {
        if (span.FirstRevision is not { } first || span.LastRevision < first)
        {
            return null;
        }

        using IEnumerator<KeyChange> told = span.Answers.SelectMany(a => a.Changes).Where(c => c.Revision <= span.LastRevision).GetEnumerator();
        bool isFirst = span.AskedRevision > 0;
        foreach (KeyChange expected in history.Between(first, span.LastRevision).Where(span.Aim.Takes))
        {
            if (!told.MoveNext())
            {
                return $"broke {Missing(isFirst)}: {expected} is missing, and revision {span.LastRevision} was reached ({span})";
            }

            if (told.Current.Revision != expected.Revision || told.Current.Key != expected.Key)
            {
                return $"broke {Missing(isFirst)}: {told.Current} came where {expected} was to come ({span})";
            }

            isFirst = false;
        }

        return null;
    }

    private static string Missing(bool isFirst) => isFirst ? "Resumable" : "Reliable";

    private static string? Compaction(WatchSpan span, long compactedTo) => span.CompactRevision is not { } compacted ? null
        : compacted > compactedTo ? $"cancelled as compacted at {compacted}, and {compactedTo} is the compact revision at the end ({span})"
        : compacted <= span.AskedRevision || compacted <= span.LastRevision ? $"cancelled as compacted at {compacted}, which it was past ({span})"
        : null;

    private static string Summary(WatchEvidence evidence, WatchedHistory history, KeyChainChecker chain)
    {
        int watchers = evidence.Spans.Select(s => s.Watcher).Distinct().Count();
        int members = evidence.Spans.Select(s => s.Member).Distinct().Count();
        int compacted = evidence.Spans.Count(s => s.CompactRevision is not null);
        return $"{history.Events} events in {history.Revisions} revisions, told alike to {watchers} watchers by {evidence.Spans.Count} watches on {members} members"
            + $", {compacted} cancelled as compacted; {chain.ReadsCompared} reads of past revisions agree; {history.Gaps} gaps";
    }
}
