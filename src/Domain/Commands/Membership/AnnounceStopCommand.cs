using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>From a member that is told to stop: its silence is no loss for a while.</summary>
/// <param name="Id">The member.</param>
/// <param name="UntilMilliseconds">
/// Until when, Unix time; not more than <c>MembershipLimits.LongestAwayMilliseconds</c> from now counts. One that is past ends it.
/// </param>
public sealed record AnnounceStopCommand(NodeId Id, long UntilMilliseconds) : MembershipCommand;
