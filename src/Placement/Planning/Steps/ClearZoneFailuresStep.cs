using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>All zones that a machine may stand in have failed, and the pause is over: the failures are forgotten and the zones tried again.</summary>
/// <param name="Machine">The machine that was waiting.</param>
/// <param name="Zones">The zones whose failures are forgotten.</param>
/// <param name="Round">How many times they were all tried, 1 or more.</param>
/// <param name="BackOffMilliseconds">How long the pause was.</param>
public sealed record ClearZoneFailuresStep(MachineId Machine, ImmutableSortedSet<Zone> Zones, int Round, long BackOffMilliseconds) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"forget the failures of zones {string.Join(", ", Zones)} for machine {Machine} after round {Round} and {BackOffMilliseconds / 1000} s";
}
