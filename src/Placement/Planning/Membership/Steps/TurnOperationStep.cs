using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>The operation goes back: ended where no vote was changed yet, else undone.</summary>
/// <param name="Operation">Its number.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record TurnOperationStep(long Operation, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"turn operation {Operation} back: {Reason}";
}
