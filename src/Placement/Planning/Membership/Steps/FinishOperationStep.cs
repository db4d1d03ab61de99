using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>All changes of the operation are done.</summary>
/// <param name="Operation">Its number.</param>
public sealed record FinishOperationStep(long Operation) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"operation {Operation} is over";
}
