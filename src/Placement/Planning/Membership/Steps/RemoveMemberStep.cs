using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>A member without a vote goes for good: a tombstone stays, and its machine is ended.</summary>
/// <param name="Member">The member.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record RemoveMemberStep(NodeId Member, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"remove member {nameOf(Member)}: {Reason}";
}
