namespace StateServer.Reports;

/// <summary>One member in the answer of <c>status</c>. What is not known is null.</summary>
internal sealed record MemberReport
{
    public required string? Name { get; init; }

    /// <summary>A decimal string.</summary>
    public required string Id { get; init; }

    public required string? Zone { get; init; }

    /// <summary>leader, follower, learner or unreachable.</summary>
    public required string Role { get; init; }

    /// <summary>has-vote, adding-vote, removing-vote or no-vote.</summary>
    public required string Vote { get; init; }

    /// <summary>requested, provisioning, starting, learning, voting, suspect or lost.</summary>
    public required string Phase { get; init; }

    /// <summary>host:port that clients dial.</summary>
    public required string? Address { get; init; }

    /// <summary>Only of a member on the asked member's machine.</summary>
    public required int? Pid { get; init; }

    public required long? Term { get; init; }

    public required long? LastIndex { get; init; }

    public required long? AppliedIndex { get; init; }

    /// <summary>Entries known to be committed somewhere and not applied here.</summary>
    public required long? Lag { get; init; }

    /// <summary>Log and snapshots on disk.</summary>
    public required long? SizeBytes { get; init; }

    public required string? Version { get; init; }

    public required DateTimeOffset? JoinedAt { get; init; }

    public required DateTimeOffset? LastSeen { get; init; }

    public required bool Healthy { get; init; }

    /// <summary>Why it is not healthy; null while it is.</summary>
    public required string? Reason { get; init; }

    /// <summary>Why it is in its phase, or what is wrong with it though it is healthy, in one line, such as <c>learning 83 %, 4 s left</c>.</summary>
    public string? PhaseReason { get; init; }

    /// <summary>Of a learner: how much it holds, 0 to 100; of the snapshot, while one is sent to it.</summary>
    public int? LearnedPercent { get; init; }

    /// <summary>Of a learner: how many seconds the rest takes at its pace so far.</summary>
    public long? LearnedInSeconds { get; init; }

    /// <summary>Its disk stalls, or it has been far behind for minutes.</summary>
    public bool Degraded { get; init; }

    /// <summary>The number of its machine in the model.</summary>
    public string? Machine { get; init; }

    /// <summary>The id of the member whose place it takes; a decimal string.</summary>
    public string? Replaces { get; init; }

    /// <summary>Until when its announced stop is no loss.</summary>
    public DateTimeOffset? AwayUntil { get; init; }
}
