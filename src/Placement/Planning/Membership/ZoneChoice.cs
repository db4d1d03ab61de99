using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Membership;

/// <summary>The zone for a newcomer, or why there is none.</summary>
/// <param name="Zone">The best; null where none is left.</param>
/// <param name="Considered">All zones, by name, with what kept them out.</param>
/// <param name="Full">The zones that only want room.</param>
/// <param name="Why">Why none is left, in one line; empty where one is.</param>
internal sealed record ZoneChoice(Zone? Zone, ImmutableArray<ZoneConsidered> Considered, ImmutableSortedSet<Zone> Full, string Why);
