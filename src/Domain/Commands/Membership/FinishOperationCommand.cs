namespace StateServer.Domain.Commands.Membership;

/// <summary>From the leader's loop: the operation is over. Refused where it isn't, or is another.</summary>
/// <param name="OperationId">The operation under way.</param>
public sealed record FinishOperationCommand(long OperationId) : MembershipCommand;
