using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// From an operator: a voter is to be replaced. It is marked as leaving, and keeps its vote until a newcomer has it. One that is lost
/// or leaving stays as it is; one without a vote is refused.
/// </summary>
/// <param name="Id">The member.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record ReplaceMemberCommand(NodeId Id, string Reason) : MembershipCommand;
