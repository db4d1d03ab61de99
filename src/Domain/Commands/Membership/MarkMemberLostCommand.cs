using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>From the leader's loop: a member counts as lost. One that is lost stays as it is; one whose announced stop isn't over is refused.</summary>
/// <param name="Id">The member.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record MarkMemberLostCommand(NodeId Id, string Reason) : MembershipCommand;
