using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>A lost member that still has its vote is in contact again: it counts as before.</summary>
/// <param name="Member">The member.</param>
public sealed record DeclareReturnedStep(NodeId Member) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"member {nameOf(Member)} is back";
}
