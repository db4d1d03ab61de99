namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>All changes of the operation are done.</summary>
/// <param name="Operation">Its number.</param>
public sealed record FinishOperationStep(long Operation) : MembershipStep
{
    /// <inheritdoc/>
    public override string ToString() => $"operation {Operation} is over";
}
