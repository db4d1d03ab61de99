namespace StateServer.Chaos.Checkers;

/// <summary>Pairs <c>…/a</c> and <c>…/b</c> of which at most one may be taken: no write skew, no acknowledged taking lost.</summary>
internal static class SkewChecker
{
    /// <param name="taken">The halves whose taking was acknowledged.</param>
    /// <param name="present">The halves that are taken at the end.</param>
    public static Verdict Check(IReadOnlyCollection<string> taken, IReadOnlySet<string> present)
    {
        string? lost = taken.Order(StringComparer.Ordinal).FirstOrDefault(t => !present.Contains(t));
        string? both = present.Order(StringComparer.Ordinal).FirstOrDefault(p => p.EndsWith("/a", StringComparison.Ordinal) && present.Contains(p[..^1] + "b"));
        return lost is not null ? new Verdict("skew", Conclusion.Violated, $"{lost} was acknowledged and is gone")
            : both is not null ? new Verdict("skew", Conclusion.Violated, $"both of {both[..^2]} are taken")
            : new Verdict("skew", Conclusion.Holds, $"{taken.Count} pairs taken, each once");
    }
}
