namespace StateServer.Chaos.Runs;

/// <summary>All that decides a run; written beside its results, so that it can be replayed.</summary>
internal sealed record RunPlan
{
    public required int Seed { get; init; }

    /// <summary>Minutes under faults, without warming up and judging.</summary>
    public required double Minutes { get; init; }

    /// <summary>3, 5 or 7.</summary>
    public required int Members { get; init; }

    public required IReadOnlyList<string> Workloads { get; init; }

    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>Operations a second of each workload, at most.</summary>
    public required double Rate { get; init; }

    /// <summary>Clients of each workload.</summary>
    public int Clients { get; init; } = 8;
}
