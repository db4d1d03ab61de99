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

    /// <summary>Whether two faults may be in force at once.</summary>
    public bool Together { get; init; } = true;

    /// <summary>
    /// Entries from one snapshot to the next, and kept behind it. Far below the product's defaults, so that a run of a minute
    /// writes, sends and installs snapshots; every third seed leaves the log whole, so that followers catch up from it.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public (int Every, int Tail) Snapshots => (Seed % 3) switch
    {
        0 => (100_000, 10_000),
        1 => (1_000, 200),
        _ => (250, 20),
    };

    /// <summary>
    /// The options of the members that follow from the plan. Watchers that ask for it are told of progress often; by every other
    /// seed little may wait for all clients together, so that watchers fall behind and are caught up.
    /// </summary>
    public IReadOnlyList<string> MemberOptions() =>
    [
        "--snapshot-entries", $"{Snapshots.Every}",
        "--tail-entries", $"{Snapshots.Tail}",
        "--digest-every-entries", "10",
        "--watch-progress-interval", "500ms",
        .. Seed % 2 == 0 ? ["--max-watch-backlog-bytes", "1MiB"] : Array.Empty<string>(),
    ];
}
