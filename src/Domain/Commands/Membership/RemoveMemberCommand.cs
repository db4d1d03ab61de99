using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// Removes a member for ever: its id becomes a tombstone, its record and alarms go, and its machine is ended. Refused where it
/// votes, or the operation under way names it. One that is removed stays so.
/// </summary>
/// <param name="Id">The member, or one that is only expected.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record RemoveMemberCommand(NodeId Id, string Reason) : MembershipCommand;
