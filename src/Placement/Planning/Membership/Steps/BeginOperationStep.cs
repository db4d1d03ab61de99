using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>An operation on votes is written down, before its first change.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Promote">Learners that get the vote, in this order; all are caught up.</param>
/// <param name="Remove">Voters that lose it, in this order.</param>
/// <param name="PromoteFirst">True where additions come before removals: the removed one lives.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record BeginOperationStep(
    OperationKind Kind, ImmutableArray<NodeId> Promote, ImmutableArray<NodeId> Remove, bool PromoteFirst, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) =>
        $"begin to {Kind.ToString().ToLowerInvariant()}{(Promote.IsEmpty ? "" : $", promote {string.Join(", ", Promote.Select(nameOf))}")}"
        + $"{(Remove.IsEmpty ? "" : $", remove {string.Join(", ", Remove.Select(nameOf))}")}: {Reason}";
}
