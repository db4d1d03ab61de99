using System.Collections.Immutable;
using StateServer.Domain.Apply;

namespace StateServer.Placement.Planning.Membership.Preview;

/// <summary>What the coming steps would make of the members, if nothing fails meanwhile. Immutable.</summary>
/// <param name="Changes">Who stays, comes and goes, from the state that was asked about to <paramref name="End"/>.</param>
/// <param name="Steps">
/// The steps in order, a line each. Members to come are called by their machines, with the numbers they would get: <c>machine-4</c>.
/// At most <see cref="AvailabilityPreview.MostSteps"/>.
/// </param>
/// <param name="End">The state that the steps lead to: who stands in which zone. The ids of members to come are made up.</param>
/// <param name="Report">What the planner awaits there; it says why the target isn't reached, where it isn't.</param>
/// <param name="Refusal">Why a step would be refused, or that the look ahead was cut off, in one line; empty where neither is.</param>
public sealed record AvailabilityForecast(
    MemberChanges Changes, ImmutableArray<string> Steps, ReplicatedState End, MembershipReport Report, string Refusal)
{
    /// <summary>Whether all that are wanted vote at the end, and nothing is under way.</summary>
    public bool IsReached => End.Membership is { Operation: null } membership && membership.Voters.Count == membership.Target;
}
