using System.Text.Json;
using System.Text.Json.Serialization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Runs;

/// <summary>What a run gave: written as report.json and report.txt into its folder.</summary>
internal sealed record RunReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required RunPlan Plan { get; init; }

    public required IReadOnlyList<InjectedFault> Faults { get; init; }

    public required IReadOnlyList<Verdict> Verdicts { get; init; }

    /// <summary>Why the run proves nothing; null for a valid one.</summary>
    public string? Invalid { get; init; }

    public required long Acknowledged { get; init; }

    public required long Failed { get; init; }

    public required long Unknown { get; init; }

    public bool Passed => Invalid is null && Verdicts.All(v => v.Conclusion == Conclusion.Holds);

    /// <summary>What a run gave.</summary>
    public static RunReport Of(RunPlan plan, IReadOnlyList<InjectedFault> faults, IReadOnlyList<Verdict> verdicts, string? invalid, RunProgress progress) => new()
    {
        Plan = plan,
        Faults = faults,
        Verdicts = verdicts,
        Invalid = invalid,
        Acknowledged = progress.Ok,
        Failed = progress.Failed,
        Unknown = progress.Unknown,
    };

    /// <summary>Writes it, and tells it.</summary>
    public async Task TellAsync(string folder, TextWriter writer)
    {
        Write(folder);
        foreach (string line in Lines())
        {
            await writer.WriteLineAsync(line);
        }
    }

    public void Write(string folder)
    {
        WritePlan(folder, Plan);
        File.WriteAllText(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(this, Json));
        File.WriteAllLines(Path.Combine(folder, "report.txt"), Lines());
    }

    /// <summary>Reads a finished run's report.</summary>
    public static RunReport Read(string folder) =>
        JsonSerializer.Deserialize<RunReport>(File.ReadAllText(Path.Combine(folder, "report.json")), Json)
        ?? throw new JsonException($"{folder}/report.json is empty");

    /// <summary>A run that came to no report.</summary>
    public static RunReport WithoutResult(RunPlan plan, string why) => new()
    {
        Plan = plan,
        Faults = [],
        Verdicts = [],
        Invalid = why,
        Acknowledged = 0,
        Failed = 0,
        Unknown = 0,
    };

    public static void WritePlan(string folder, RunPlan plan) =>
        File.WriteAllText(Path.Combine(folder, "plan.json"), JsonSerializer.Serialize(plan, Json));

    public static RunPlan ReadPlan(string folder) =>
        JsonSerializer.Deserialize<RunPlan>(File.ReadAllText(Path.Combine(folder, "plan.json")), Json)
        ?? throw new InvalidDataException($"{folder}/plan.json is empty");

    /// <summary>The report of an earlier run, or null where its folder holds none.</summary>
    public static RunReport? TryRead(string folder) => Path.Combine(folder, "report.json") is var file && File.Exists(file)
        ? JsonSerializer.Deserialize<RunReport>(File.ReadAllText(file), Json)
        : null;

    public IEnumerable<string> Lines()
    {
        yield return $"seed {Plan.Seed}: {Faults.Count(f => f.TookEffect)} faults took effect; {Acknowledged} acknowledged, {Failed} failed, {Unknown} unknown operations";
        foreach (IGrouping<string, InjectedFault> kind in Faults.GroupBy(f => f.Fault).OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            yield return $"  {kind.Key,-26} {kind.Count(f => f.TookEffect)} of {kind.Count()} took effect, longest outage {kind.Max(f => f.OutageSeconds):0.0} s";
        }

        foreach (Verdict verdict in Verdicts)
        {
            yield return $"  {verdict.Checker,-16} {verdict.Conclusion.ToString().ToLowerInvariant()}: {verdict.Detail}";
        }

        yield return Invalid is not null ? $"INVALID: {Invalid}" : Passed ? "PASSED" : "FAILED";
    }
}
