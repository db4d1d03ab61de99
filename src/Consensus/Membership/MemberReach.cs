using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>What a leader knows of one voter, or of one learner that it teaches. An immutable picture.</summary>
public sealed record MemberReach
{
    /// <summary>The member.</summary>
    public required NodeId Id { get; init; }

    /// <summary>True for a voter of the configuration in force.</summary>
    public required bool IsVoter { get; init; }

    /// <summary>True where it has answered this leader in this term; true for itself.</summary>
    public required bool IsHeard { get; init; }

    /// <summary>Since it last answered this leader, by the monotonic clock, and never longer than this leader's term: a new leader knows of no silence before.</summary>
    public required TimeSpan SilentFor { get; init; }

    /// <summary>For a learner: it could get a vote now. For a voter: it holds, durably, all that is committed.</summary>
    public required bool IsCaughtUp { get; init; }

    /// <summary>How much of the log it holds, 0 to 1; while a snapshot is sent to it, how much of that.</summary>
    public required double LearnedShare { get; init; }

    /// <summary>For a learner: how long the rest takes at its pace so far, of the snapshot while one is sent; null where that can't be told.</summary>
    public TimeSpan? LearnedIn { get; init; }

    /// <summary>How many of the leader's entries it has not acknowledged.</summary>
    public long BehindEntries { get; init; }

    /// <summary>Why nothing gets through to a learner now, in one line; null while all is well.</summary>
    public string? Problem { get; init; }
}
