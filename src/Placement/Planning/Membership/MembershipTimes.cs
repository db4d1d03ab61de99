namespace StateServer.Placement.Planning.Membership;

/// <summary>The times that members are judged by, in milliseconds.</summary>
/// <param name="ReplaceAfter">How long a member may be silent: the environment's <c>replace-after</c>.</param>
/// <param name="AliveWithin">Who was heard within it counts as alive in a quorum: an election timeout, as the consensus half counts.</param>
/// <param name="StartGrace">How long a launched member may take until it joins.</param>
/// <param name="LearnGrace">How long a member that has joined and has no vote may go without being caught up.</param>
/// <param name="TurnBack">How long an operation may stand still until it is aborted, mended or undone.</param>
/// <param name="RebalanceAfter">How long a zone must be seen usable without a gap until members are moved into it.</param>
public sealed record MembershipTimes(long ReplaceAfter, long AliveWithin, long StartGrace, long LearnGrace, long TurnBack, long RebalanceAfter)
{
    /// <summary>A replacement counts against the guard for an hour.</summary>
    public const long GuardWindow = 3_600_000;

    /// <summary>
    /// DESIGN.md's: 30 s of silence, 60 s for a half-done operation; a start as long as an agent's; ten minutes prove a zone. Half an
    /// hour is enough for a state of gigabytes at a megabyte or two a second.
    /// </summary>
    public static MembershipTimes Default { get; } =
        new(30_000, 1_000, PlanningLimits.StartGraceMilliseconds, 1_800_000, 60_000, 600_000);
}
