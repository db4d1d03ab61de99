using System.Diagnostics;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Decides whether a history of registers is linearizable, key by key (linearizability is local). The search is Wing and
/// Gong's with Lowe's cache of visited configurations (G. Lowe, "Testing for linearizability", 2017). An unknown operation
/// has no return: it may take effect at any time after its call, or never.
/// </summary>
internal static class LinearizabilityChecker
{
    /// <summary>Judges a history; failed operations and unanswered reads say nothing and are left out.</summary>
    /// <param name="operations">The history, in any order.</param>
    /// <param name="limit">The time for all keys together; past it the verdict is undecided.</param>
    public static Verdict Check(IEnumerable<Operation> operations, TimeSpan limit)
    {
        long started = Stopwatch.GetTimestamp();
        int keys = 0;
        int judged = 0;
        string? undecided = null;
        foreach (IGrouping<string, Operation> register in operations.GroupBy(o => o.Key).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Operation[] telling = [.. register.Where(TellsSomething)];
            keys++;
            judged += telling.Length;
            var search = new RegisterSearch(telling, () => Stopwatch.GetElapsedTime(started) > limit);
            switch (search.Run())
            {
                case Conclusion.Violated:
                    return new Verdict("linearizability", Conclusion.Violated, $"key {register.Key}: {search.Explain()}");
                case Conclusion.Undecided:
                    undecided ??= register.Key;
                    break;
                default:
                    break;
            }
        }

        return undecided is null
            ? new Verdict("linearizability", Conclusion.Holds, $"{judged} operations on {keys} keys")
            : new Verdict("linearizability", Conclusion.Undecided, $"key {undecided}: the time limit of {limit.TotalSeconds:0} s came first");
    }

    private static bool TellsSomething(Operation operation) =>
        operation.Status == OperationStatus.Ok
        || (operation.Status == OperationStatus.Unknown && operation.Kind != OperationKind.Read);
}
