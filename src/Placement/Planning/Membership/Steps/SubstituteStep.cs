using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>Another newcomer takes the place of one that died in the middle of an operation.</summary>
/// <param name="Operation">Its number.</param>
/// <param name="Old">The dead one; it has no vote.</param>
/// <param name="New">A learner that is caught up.</param>
public sealed record SubstituteStep(long Operation, NodeId Old, NodeId New) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"promote {nameOf(New)} instead of {nameOf(Old)} in operation {Operation}";
}
