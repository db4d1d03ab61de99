namespace StateServer.Placement.Planning.Zones;

/// <summary>The provider says whether a zone can be used.</summary>
internal sealed class UsableZoneFilter : IZoneFilter
{
    public string Name => "usable";

    public string? Refusal(ZoneCandidate zone, ZoneRequest request) =>
        zone.Sight.IsUsable ? null : zone.Sight.Why is "" ? "unavailable" : zone.Sight.Why;
}
