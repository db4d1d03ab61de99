using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>The next change of the operation under way.</summary>
/// <param name="Operation">The operation's number.</param>
/// <param name="Member">The member.</param>
/// <param name="Promotes">True where it gets the vote, false where it loses it.</param>
public sealed record ChangeVoteStep(long Operation, NodeId Member, bool Promotes) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => Promotes
        ? $"give {nameOf(Member)} a vote, operation {Operation}"
        : $"take the vote of {nameOf(Member)}, operation {Operation}";
}
