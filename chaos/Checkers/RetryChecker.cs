using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>Writes under request ids, each to a key of its own: the key's version counts the executions.</summary>
internal static class RetryChecker
{
    /// <param name="written">How each write ended for its client, by key.</param>
    /// <param name="versions">The keys' versions at the end.</param>
    /// <param name="repetitions">How often a request was sent again.</param>
    public static Verdict Check(IReadOnlyDictionary<string, OperationStatus> written, IReadOnlyDictionary<string, long> versions, long repetitions)
    {
        string[] wrong =
        [
            .. versions.Where(v => v.Value > 1).Select(v => $"{v.Key} was written {v.Value} times"),
            .. versions.Where(v => !written.ContainsKey(v.Key)).Select(v => $"{v.Key} is there though nobody wrote it"),
            .. written.Where(w => w.Value == OperationStatus.Ok && !versions.ContainsKey(w.Key)).Select(w => $"{w.Key} was acknowledged and is gone"),
        ];
        return wrong.Length > 0
            ? new Verdict("retry", Conclusion.Violated, $"{wrong[0]} ({wrong.Length} in all)")
            : new Verdict("retry", Conclusion.Holds, $"{written.Count(w => w.Value == OperationStatus.Ok)} acknowledged writes, {repetitions} repetitions, each executed once at most");
    }
}
