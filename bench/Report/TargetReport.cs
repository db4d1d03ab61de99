namespace StateServer.Bench.Report;

/// <summary>What one target did in one workload.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Rounds">The figures of each round.</param>
/// <param name="Summaries">Their medians and extremes.</param>
/// <param name="Failure">Why it was given up, or null.</param>
internal sealed record TargetReport(
    string Target, IReadOnlyList<IReadOnlyList<Figure>> Rounds, IReadOnlyList<Summary> Summaries, string? Failure);
