namespace StateServer.Chaos.Histories;

/// <summary>All that is known of leases long after the last was kept alive.</summary>
internal sealed record LeaseEvidence
{
    public required IReadOnlyCollection<LeaseLife> Lives { get; init; }

    /// <summary>The deletions that watches told of, by key.</summary>
    public required IReadOnlyDictionary<string, KeyEnd> Ends { get; init; }

    /// <summary>The keys that are there at the end.</summary>
    public required IReadOnlySet<string> KeysLeft { get; init; }

    /// <summary>The leases that are listed at the end.</summary>
    public required IReadOnlySet<long> LeasesLeft { get; init; }
}
