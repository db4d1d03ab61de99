using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>Compares a watched history with what was written: every acknowledged write is in it, whole, and nothing that nobody wrote.</summary>
internal static class WatchedWriteChecker
{
    public static IEnumerable<string> Check(WatchedHistory history, IReadOnlyCollection<TrackedWrite> writes)
    {
        Dictionary<long, TrackedWrite> acknowledged = [];
        foreach (TrackedWrite write in writes.Where(w => w.Status == OperationStatus.Ok && w.Puts.Count + w.Deletes.Count > 0))
        {
            if (!acknowledged.TryAdd(write.Revision, write))
            {
                yield return $"two writes were acknowledged with revision {write.Revision}";
            }
            else if (history.Covers(write.Revision) && Difference(write, history.At(write.Revision)) is { } difference)
            {
                yield return $"the acknowledged write of revision {write.Revision}: {difference}";
            }
        }

        // What was not acknowledged: by value where it put something, by key where it only deletes.
        Dictionary<string, TrackedWrite> byValue = writes.SelectMany(w => w.Puts.Values.Distinct().Select(v => (Value: v, Write: w))).ToDictionary(p => p.Value, p => p.Write);
        HashSet<string> mayBeDeleted = [.. writes.Where(w => w.Status == OperationStatus.Unknown).SelectMany(w => w.Deletes)];
        var seenAt = new Dictionary<string, long>();
        foreach (KeyChange change in history.Between(0, long.MaxValue))
        {
            if (change.Now is null)
            {
                if (!acknowledged.ContainsKey(change.Revision) && !mayBeDeleted.Contains(change.Key))
                {
                    yield return $"{change} was told, and nobody deleted it";
                }
            }
            else if (!byValue.TryGetValue(change.Now.Value, out TrackedWrite? write) || write.Status == OperationStatus.Fail)
            {
                yield return $"{change} was told, though it failed or was never written";
            }
            else if (!seenAt.TryAdd(change.Now.Value, change.Revision) && seenAt[change.Now.Value] != change.Revision)
            {
                yield return $"{change} was told, written once and told of at {seenAt[change.Now.Value]} before";
            }
            else if (write.Status == OperationStatus.Ok && write.Revision != change.Revision)
            {
                yield return $"{change} was told, and acknowledged with revision {write.Revision}";
            }
        }
    }

    private static string? Difference(TrackedWrite write, IReadOnlyList<KeyChange> told)
    {
        string? unseen = write.Puts.Keys.Concat(write.Deletes).FirstOrDefault(key => told.All(c => c.Key != key));
        KeyChange? other = told.FirstOrDefault(c => c.Now is { } now
            ? !write.Puts.TryGetValue(c.Key, out string? value) || value != now.Value
            : !write.Deletes.Contains(c.Key));
        return unseen is not null ? $"broke Reliable: no watch told of {unseen}"
            : other is not null ? $"watches told of {other}, which is not what was written"
            : null;
    }
}
