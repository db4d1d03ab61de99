namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// From the leader's loop: the operation goes back, or forward again. Back before its first change ends it; the same way again
/// changes nothing.
/// </summary>
/// <param name="OperationId">The operation under way; refused where it is another.</param>
/// <param name="Undo">Whether it goes back.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record TurnOperationCommand(long OperationId, bool Undo, string Reason) : MembershipCommand;
