namespace StateServer.Placement.Planning.Zones;

/// <summary>Where an operator named a zone, no other will do.</summary>
internal sealed class DirectedZoneFilter : IZoneFilter
{
    /// <summary>Its name: what it refuses says nothing new.</summary>
    public const string RuleName = "directive";

    public string Name => RuleName;

    public string? Refusal(ZoneCandidate zone, ZoneRequest request) =>
        request.Directed is { } directed && directed != zone.Zone ? $"zone={directed} was asked for" : null;
}
