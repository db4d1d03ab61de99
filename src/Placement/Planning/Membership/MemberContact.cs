namespace StateServer.Placement.Planning.Membership;

/// <summary>What this leader knows of one member beside the log. Ages begin with this leader's term, by its monotonic clock.</summary>
/// <param name="IsHeard">True where it was heard in this term at all: before that, its silence is only as old as the term.</param>
/// <param name="SilentForMilliseconds">How long this leader hasn't heard it; 0 for itself.</param>
/// <param name="Others">What the other live voters said, when they were asked within the last seconds.</param>
/// <param name="InstanceGone">True where the provider shows its instance as ended, or two complete listings lack it.</param>
/// <param name="StoppedForMilliseconds">How long the provider has shown its instance as stopped, without a gap; 0 where it doesn't.</param>
/// <param name="IsCaughtUp">True where it has all that the log had in the last round, acknowledged within two heartbeats.</param>
/// <param name="LearnedShare">How much of the log it has, 0 to 1.</param>
/// <param name="IsSlow">True where its disk stalls, or where it has been behind for minutes.</param>
/// <param name="IsBack">True where it was silent in this term after it announced a stop, and is heard again.</param>
/// <param name="StartedForMilliseconds">How long its instance has been launched; 0 where it isn't.</param>
/// <param name="BehindForMilliseconds">Of a learner: for how long it has not been seen caught up, in this term and since it joined; 0 where it is.</param>
public sealed record MemberContact(
    bool IsHeard,
    long SilentForMilliseconds,
    PeerVerdict Others,
    bool InstanceGone,
    long StoppedForMilliseconds,
    bool IsCaughtUp,
    double LearnedShare,
    bool IsSlow,
    bool IsBack,
    long StartedForMilliseconds,
    long BehindForMilliseconds)
{
    /// <summary>How long ago another voter said last that it hears it, in this term; long.MaxValue where none did.</summary>
    public long OthersSilentForMilliseconds { get; init; } = long.MaxValue;

    /// <summary>Of a member that was never heard in this term, and of which nothing else is known.</summary>
    /// <param name="milliseconds">How old the term is.</param>
    public static MemberContact Unheard(long milliseconds) => new(false, milliseconds, PeerVerdict.Unknown, false, 0, false, 0, false, false, 0, 0);

    /// <summary>Of one that is heard now and lacks nothing.</summary>
    public static MemberContact Well { get; } = new(true, 0, PeerVerdict.Unknown, false, 0, true, 1, false, false, 0, 0);
}
