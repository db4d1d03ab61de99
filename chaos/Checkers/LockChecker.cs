using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Holders of locks. While one is held (by its lease's guarantee, see <see cref="LeaseLife.GuaranteedUntil"/>) nobody else holds
/// it and no write of the holder is refused; a resource that checks tokens takes none of an older one behind a newer one.
/// </summary>
internal static class LockChecker
{
    /// <param name="holds">All holdings.</param>
    /// <param name="accepted">The tokens of the writes that each lock's resource took, in its order.</param>
    public static Verdict Check(IReadOnlyCollection<LockHold> holds, IReadOnlyDictionary<string, IReadOnlyList<long>> accepted)
    {
        string[] wrong =
        [
            .. holds.GroupBy(h => h.Name).SelectMany(g => Overlaps([.. g.OrderBy(h => h.Acquired)])),
            .. holds.GroupBy(h => (h.Name, h.Token)).Where(g => g.Count() > 1).Select(g => $"{g.First()} was held by {g.Count()}"),
            .. holds.SelectMany(Refused),
            .. holds.Where(h => h.NewerFound is not null).Select(h => $"{h} wrote behind token {h.NewerFound}, on condition that its key is there"),
            .. accepted.SelectMany(a => Interleaved(a.Key, a.Value)),
        ];
        return wrong.Length > 0
            ? new Verdict("lock", Conclusion.Violated, $"{wrong[0]} ({wrong.Length} in all)")
            : new Verdict("lock", Conclusion.Holds, Summary(holds));
    }

    private static IEnumerable<string> Overlaps(LockHold[] inOrder)
    {
        LockHold? longest = null;
        foreach (LockHold next in inOrder)
        {
            if (longest is not null && next.Acquired < longest.GuaranteedUntil && next.Acquired < next.GuaranteedUntil)
            {
                yield return $"{next} was acquired {(longest.GuaranteedUntil - next.Acquired) / 1_000_000} ms before the holding of token {longest.Token} may end";
            }

            longest = longest is null || next.GuaranteedUntil > longest.GuaranteedUntil ? next : longest;
        }
    }

    private static IEnumerable<string> Refused(LockHold hold)
    {
        if (hold.ResourceWrites.Find(w => !w.Accepted && w.At < hold.GuaranteedUntil) is { } refused)
        {
            yield return $"the resource refused {hold} {(hold.GuaranteedUntil - refused.At) / 1_000_000} ms before its holding may end";
        }

        if (hold.GuardedWrites.Find(w => !w.Accepted && w.At < hold.GuaranteedUntil) is { } failed)
        {
            yield return $"the key of {hold} was gone {(hold.GuaranteedUntil - failed.At) / 1_000_000} ms before its holding may end";
        }
    }

    /// <summary>One holder's writes stand together, and tokens only rise.</summary>
    private static IEnumerable<string> Interleaved(string name, IReadOnlyList<long> tokens) => tokens
        .Zip(tokens.Skip(1))
        .Where(pair => pair.Second < pair.First)
        .Select(pair => $"the resource of {name} took a write of token {pair.Second} behind one of {pair.First}");

    private static string Summary(IReadOnlyCollection<LockHold> holds)
    {
        int refused = holds.Sum(h => h.ResourceWrites.Count(w => !w.Accepted));
        return $"{holds.Count} holdings of {holds.Select(h => h.Name).Distinct().Count()} locks, none beside another; {holds.Sum(h => h.ResourceWrites.Count)} writes, {refused} of them refused as outdated";
    }
}
