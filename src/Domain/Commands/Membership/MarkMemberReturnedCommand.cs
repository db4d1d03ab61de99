using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// From the leader's loop: a lost member is heard again, or one that announced its stop is back. Refused where the operation under
/// way takes its vote; one that is neither lost nor away stays as it is.
/// </summary>
/// <param name="Id">The member.</param>
public sealed record MarkMemberReturnedCommand(NodeId Id) : MembershipCommand;
