using System.Text.Json;
using System.Text.Json.Serialization;
using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Runs;

/// <summary>What the runs of a campaign gave together: written as campaign.json and campaign.txt after each run.</summary>
internal sealed record CampaignSummary
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required int Seed { get; init; }

    public required int Runs { get; init; }

    public required int Passed { get; init; }

    public required int Failed { get; init; }

    public required int Invalid { get; init; }

    /// <summary>Minutes under faults of all runs together.</summary>
    public required double Minutes { get; init; }

    public required IReadOnlyDictionary<int, int> RunsByMembers { get; init; }

    public required IReadOnlyDictionary<string, int> RunsByWorkload { get; init; }

    public required long Acknowledged { get; init; }

    public required long FailedOperations { get; init; }

    public required long Unknown { get; init; }

    public required IReadOnlyList<FaultKindSummary> Faults { get; init; }

    /// <summary>What didn't pass: the run's folder, its seed, and the first reason.</summary>
    public required IReadOnlyList<string> Complaints { get; init; }

    public static CampaignSummary Of(int seed, IReadOnlyList<(string Folder, RunReport Report)> runs)
    {
        RunReport[] reports = [.. runs.Select(r => r.Report)];
        return new CampaignSummary
        {
            Seed = seed,
            Runs = reports.Length,
            Passed = reports.Count(r => r.Passed),
            Invalid = reports.Count(r => r.Invalid is not null && !HasViolation(r)),
            Failed = reports.Count(r => !r.Passed && (r.Invalid is null || HasViolation(r))),
            Minutes = reports.Sum(r => r.Plan.Minutes),
            RunsByMembers = reports.GroupBy(r => r.Plan.Members).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Count()),
            RunsByWorkload = reports.SelectMany(r => r.Plan.Workloads).GroupBy(w => w).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count()),
            Acknowledged = reports.Sum(r => r.Acknowledged),
            FailedOperations = reports.Sum(r => r.Failed),
            Unknown = reports.Sum(r => r.Unknown),
            Faults =
            [
                .. reports.SelectMany(r => r.Faults).GroupBy(f => f.Fault).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new FaultKindSummary(
                    g.Key, g.Count(), g.Count(f => f.TookEffect), g.Max(f => f.OutageSeconds))),
            ],
            Complaints = [.. runs.Where(r => !r.Report.Passed).Select(r => $"{r.Folder} (seed {r.Report.Plan.Seed}, {r.Report.Plan.Members} members): {Reason(r.Report)}")],
        };
    }

    public void Write(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "campaign.json"), JsonSerializer.Serialize(this, Json));
        File.WriteAllLines(Path.Combine(folder, "campaign.txt"), Lines());
    }

    public IEnumerable<string> Lines()
    {
        yield return $"seed {Seed}: {Runs} runs, {Minutes:0.#} minutes under faults; {Passed} passed, {Failed} failed, {Invalid} invalid";
        yield return $"runs with {string.Join(", ", RunsByMembers.Select(m => $"{m.Key} members: {m.Value}"))}";
        yield return $"runs with {string.Join(", ", RunsByWorkload.Select(w => $"{w.Key}: {w.Value}"))}";
        yield return $"{Acknowledged} acknowledged, {FailedOperations} failed, {Unknown} unknown operations";
        yield return "";
        yield return "| fault | injected | took effect | longest outage, s |";
        yield return "|---|---|---|---|";
        foreach (FaultKindSummary kind in Faults)
        {
            yield return $"| {kind.Fault} | {kind.Injected} | {kind.TookEffect} | {kind.LongestOutageSeconds:0.0} |";
        }

        yield return $"| all | {Faults.Sum(f => f.Injected)} | {Faults.Sum(f => f.TookEffect)} | {Faults.Select(f => f.LongestOutageSeconds).DefaultIfEmpty().Max():0.0} |";
        yield return "";
        foreach (string complaint in Complaints)
        {
            yield return complaint;
        }

        yield return Complaints.Count == 0 ? "no violations" : $"{Complaints.Count} runs didn't pass";
    }

    private static bool HasViolation(RunReport report) => report.Verdicts.Any(v => v.Conclusion == Conclusion.Violated);

    private static string Reason(RunReport report) =>
        report.Verdicts.OrderBy(v => v.Conclusion == Conclusion.Violated ? 0 : 1).FirstOrDefault(v => v.Conclusion != Conclusion.Holds) is { } verdict
            ? $"{verdict.Checker} {verdict.Conclusion.ToString().ToLowerInvariant()}: {verdict.Detail}"
            : $"invalid: {report.Invalid}";
}
