using System.Collections.Immutable;

namespace StateServer.Api.Model;

/// <summary>How a place is, or would be, chosen.</summary>
/// <param name="Zones">The zones considered.</param>
/// <param name="Machines">The machines considered.</param>
/// <param name="Awaited">What is awaited, a line each.</param>
internal sealed record PlacementExplanation(
    ImmutableArray<PlacementCandidate> Zones, ImmutableArray<PlacementCandidate> Machines, ImmutableArray<string> Awaited)
{
    /// <summary>What was decided of it last, in one line; empty where nothing was, or it isn't told.</summary>
    public string Decided { get; init; } = "";
}
