using System.Collections.Immutable;

namespace StateServer.Api.Model;

/// <summary>How a place is, or would be, chosen.</summary>
/// <param name="Zones">The zones considered.</param>
/// <param name="Machines">The machines considered.</param>
/// <param name="Awaited">What is awaited, a line each.</param>
internal sealed record PlacementExplanation(
    ImmutableArray<PlacementCandidate> Zones, ImmutableArray<PlacementCandidate> Machines, ImmutableArray<string> Awaited);
