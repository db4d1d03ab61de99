namespace StateServer.Bench.Run;

/// <summary>What a run was asked for.</summary>
internal sealed record RunOptions
{
    /// <summary>Rounds of each workload on each target; medians need three.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>How long a closed loop is measured.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it runs before that.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>All connections go to the leader, rather than to all members in turn.</summary>
    public bool LeaderOnly { get; init; }

    /// <summary>How often the leader is killed on each target.</summary>
    public int Kills { get; init; } = 10;

    /// <summary>Keys of the workload that fills memory.</summary>
    public int KeyCount { get; init; } = 1_000_000;

    /// <summary>The targets, by name.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["ours", "etcd"];

    /// <summary>The workloads to run; empty means all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>A file to write all figures to, or null.</summary>
    public string? OutputFile { get; init; }

    /// <summary>The folder that holds the servers' data while the run lasts.</summary>
    public string DataFolder { get; init; } = Path.GetTempPath();

    /// <summary>The stateserver executable.</summary>
    public required string Program { get; init; }

    /// <summary>The executable of every target of ours but the first, or null for the same.</summary>
    public string? OtherProgram { get; init; }

    /// <summary>Environment variables for our servers only.</summary>
    public IReadOnlyDictionary<string, string> ProgramEnvironment { get; init; } = new Dictionary<string, string>();
}
