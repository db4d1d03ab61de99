using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>From the leader's loop: another newcomer gets the vote that a first one of the operation was to get.</summary>
/// <param name="OperationId">The operation under way; refused where it is another, or goes back.</param>
/// <param name="Old">The newcomer that fails; refused where it has its vote.</param>
/// <param name="New">A registered member without a vote that is in no operation.</param>
public sealed record SubstituteCommand(long OperationId, NodeId Old, NodeId New) : MembershipCommand;
