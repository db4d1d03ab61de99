using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>All zones that a newcomer may stand in have failed, and the pause is over: the failures are forgotten.</summary>
/// <param name="Member">The newcomer that was waiting.</param>
/// <param name="Zones">The zones whose failures are forgotten.</param>
/// <param name="Round">How many times they were all tried, 1 or more.</param>
public sealed record RetryZonesStep(NodeId Member, ImmutableSortedSet<Zone> Zones, int Round) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"forget the failures of zones {string.Join(", ", Zones)} for member {nameOf(Member)} after round {Round}";
}
