using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>A set that elements were added to: every acknowledged one is there, none that failed, none invented.</summary>
internal static class SetChecker
{
    /// <param name="added">What each adding of an element ended with.</param>
    /// <param name="present">The set at the end.</param>
    public static Verdict Check(IReadOnlyDictionary<string, OperationStatus> added, IReadOnlySet<string> present)
    {
        string[] lost = [.. added.Where(a => a.Value == OperationStatus.Ok && !present.Contains(a.Key)).Select(a => a.Key).Order(StringComparer.Ordinal)];
        string[] invented = [.. present.Where(p => !added.TryGetValue(p, out OperationStatus s) || s == OperationStatus.Fail).Order(StringComparer.Ordinal)];
        return lost.Length > 0 ? new Verdict("set", Conclusion.Violated, $"{lost[0]} was acknowledged and is gone ({lost.Length} in all)")
            : invented.Length > 0 ? new Verdict("set", Conclusion.Violated, $"{invented[0]} is there though it failed or was never added ({invented.Length} in all)")
            : new Verdict("set", Conclusion.Holds, $"{added.Count(a => a.Value == OperationStatus.Ok)} acknowledged elements, all present; {present.Count} in all");
    }
}
