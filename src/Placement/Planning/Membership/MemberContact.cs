namespace StateServer.Placement.Planning.Membership;

/// <summary>What this leader knows of one member beside the log. Ages begin with this leader's term, by its monotonic clock.</summary>
/// <param name="SilentForMilliseconds">How long this leader hasn't heard it; 0 for itself.</param>
/// <param name="Others">What the other live voters said, when they were asked within the last seconds.</param>
/// <param name="InstanceGone">True where the provider shows its instance as ended, or two complete listings lack it.</param>
/// <param name="IsCaughtUp">True where it has all that the log had in the last round, acknowledged within two heartbeats.</param>
/// <param name="LearnedShare">How much of the log it has, 0 to 1.</param>
/// <param name="IsSlow">True where its disk stalls, or where it has been behind for minutes.</param>
/// <param name="IsBack">True where it was silent in this term after it announced a stop, and is heard again.</param>
/// <param name="StartedForMilliseconds">How long its instance has been launched; 0 where it isn't.</param>
public sealed record MemberContact(
    long SilentForMilliseconds,
    PeerVerdict Others,
    bool InstanceGone,
    bool IsCaughtUp,
    double LearnedShare,
    bool IsSlow,
    bool IsBack,
    long StartedForMilliseconds);
