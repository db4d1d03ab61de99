using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>A member is committed as lost, before anything that can't be undone.</summary>
/// <param name="Member">The member.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record DeclareLostStep(NodeId Member, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"member {nameOf(Member)} is lost: {Reason}";
}
