using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>What was acknowledged is there, once, at the revision that its client was told; nothing is that failed.</summary>
internal static class KeptWriteChecker
{
    /// <param name="writes">What each write ended with.</param>
    /// <param name="acknowledged">Those that were acknowledged.</param>
    /// <param name="found">The keys at the end.</param>
    public static Verdict Check(IReadOnlyDictionary<string, OperationStatus> writes, IEnumerable<AcknowledgedPut> acknowledged, IReadOnlyCollection<KeyValue> found)
    {
        Dictionary<string, KeyValue> byKey = found.ToDictionary(kv => kv.Key.ToStringUtf8(), StringComparer.Ordinal);
        if (SetChecker.Check(writes, byKey.Keys.ToHashSet(StringComparer.Ordinal)) is { Conclusion: Conclusion.Violated } lost)
        {
            return lost with { Checker = "kept" };
        }

        if (byKey.Values.FirstOrDefault(kv => kv.Version != 1) is { } twice)
        {
            return new Verdict("kept", Conclusion.Violated, $"{twice.Key.ToStringUtf8()} was written once and executed {twice.Version} times");
        }

        AcknowledgedPut[] all = [.. acknowledged];
        AcknowledgedPut? moved = all.FirstOrDefault(put => byKey[put.Key].ModRevision != put.Revision);
        return moved is not null
            ? new Verdict("kept", Conclusion.Violated, $"{moved.Key} was acknowledged at revision {moved.Revision}, and is at {byKey[moved.Key].ModRevision}")
            : new Verdict("kept", Conclusion.Holds, $"{all.Length} acknowledged writes, each there at its revision; {found.Count} in all");
    }
}
