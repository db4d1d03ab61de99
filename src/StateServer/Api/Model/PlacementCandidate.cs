using System.Collections.Immutable;

namespace StateServer.Api.Model;

/// <summary>A zone or machine that was considered.</summary>
/// <param name="Name">The zone's name or the machine's number.</param>
/// <param name="IsChosen">Whether it was chosen.</param>
/// <param name="FilteredBy">The rule that left it out; empty where none did.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Scores">In the order in which they count.</param>
internal sealed record PlacementCandidate(
    string Name, bool IsChosen, string FilteredBy, string Reason, ImmutableArray<PlacementScore> Scores);
