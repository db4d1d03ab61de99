using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>Writes what watchers and writers saw, for people: a line an answer, a write, a read.</summary>
internal static class WatchLog
{
    public static void Write(string path, IEnumerable<string> wrong, WatchEvidence evidence)
    {
        using var writer = new StreamWriter(path);
        foreach (string complaint in wrong)
        {
            writer.WriteLine($"wrong: {complaint}");
        }

        writer.WriteLine($"empty at {evidence.EmptyAt}, compacted to {evidence.CompactedTo}");
        foreach (TrackedWrite write in evidence.Writes)
        {
            writer.WriteLine($"write {write.Status} {write.Revision}: {string.Join(' ', write.Puts.Select(p => $"{p.Key}={p.Value}"))}{string.Concat(write.Deletes.Select(d => $" -{d}"))}");
        }

        foreach (WatchSpan span in evidence.Spans)
        {
            writer.WriteLine($"{span}: confirmed at {span.ConfirmedAt}, told up to {span.LastRevision}{(span.CompactRevision is { } compacted ? $", compacted at {compacted}" : "")}");
            foreach (WatchAnswer answer in span.Answers)
            {
                writer.WriteLine($"  {answer.At / 1_000_000} @{answer.Revision}{(answer.IsFragment ? " fragment" : "")} {string.Join(", ", answer.Changes)}");
            }
        }

        foreach (PastRead read in evidence.Reads)
        {
            writer.WriteLine($"read at {read.Revision}: {string.Join(' ', read.Keys.Select(k => $"{k.Key}={k.Value.Value}@{k.Value.ModRevision}v{k.Value.Version}"))}");
        }
    }
}
