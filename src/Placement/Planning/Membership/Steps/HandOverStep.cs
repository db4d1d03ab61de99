using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>This leader lets another member lead.</summary>
/// <param name="Target">A voter that is caught up.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record HandOverStep(NodeId Target, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"hand over to {nameOf(Target)}: {Reason}";
}
