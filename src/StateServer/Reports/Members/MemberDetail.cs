namespace StateServer.Reports.Members;

/// <summary>What is told of a member beyond what it says itself. What is not known is null.</summary>
internal sealed record MemberDetail
{
    /// <summary>Nothing.</summary>
    public static MemberDetail None { get; } = new();

    /// <summary>requested, provisioning, starting, learning, voting, suspect, lost or removed.</summary>
    public string? Phase { get; init; }

    /// <summary>Why it is in its phase, or that it is degraded, in one line.</summary>
    public string? Reason { get; init; }

    /// <summary>Of a learner: how much it holds, 0 to 100; of the snapshot, while one is sent to it.</summary>
    public int? LearnedPercent { get; init; }

    /// <summary>Of a learner: how many seconds the rest takes at its pace so far.</summary>
    public long? LearnedInSeconds { get; init; }

    /// <summary>Its disk stalls, or it has been far behind for minutes.</summary>
    public bool Degraded { get; init; }

    /// <summary>The number of its machine.</summary>
    public string? Machine { get; init; }

    /// <summary>The id of the member whose place it takes.</summary>
    public string? Replaces { get; init; }

    /// <summary>Until when its announced stop is no loss.</summary>
    public DateTimeOffset? AwayUntil { get; init; }
}
