namespace StateServer.Bench.Healing;

/// <summary>What a run of healing was asked for.</summary>
internal sealed record HealingOptions
{
    /// <summary>Sizes of clusters.</summary>
    public IReadOnlyList<int> Members { get; init; } = [3, 5, 7];

    /// <summary>Keys in the store before the first event.</summary>
    public IReadOnlyList<int> KeyCounts { get; init; } = [0, 100_000, 1_000_000];

    /// <summary>Rounds of each event at each size.</summary>
    public int Rounds { get; init; } = 10;

    /// <summary>How long a new cluster takes the load before its first event.</summary>
    public TimeSpan Settle { get; init; }

    /// <summary>What befalls the clusters.</summary>
    public IReadOnlyList<HealingEvent> Events { get; init; } = HealingEvents.All;

    /// <summary>Whether a Debian etcd of three members suffers the losses, too.</summary>
    public bool WithPeer { get; init; } = true;

    /// <summary>A file to write all figures to, or null.</summary>
    public string? OutputFile { get; init; }

    /// <summary>A folder to copy the logs of failed clusters to, or null.</summary>
    public string? LogFolder { get; init; }

    /// <summary>The folder that holds the servers' data while the run lasts.</summary>
    public string DataFolder { get; init; } = Path.GetTempPath();

    /// <summary>The stateserver executable.</summary>
    public required string Program { get; init; }

    /// <summary>Environment variables for our servers only.</summary>
    public IReadOnlyDictionary<string, string> ProgramEnvironment { get; init; } = new Dictionary<string, string>();
}
