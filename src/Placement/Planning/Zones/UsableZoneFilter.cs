namespace StateServer.Placement.Planning.Zones;

/// <summary>The provider says whether a zone can be used, and agents that all fall silent say it can't.</summary>
internal sealed class UsableZoneFilter : IZoneFilter
{
    public string Name => "usable";

    public string? Refusal(ZoneCandidate zone, ZoneRequest request) =>
        zone is { Sight.IsUsable: true, IsSilent: true } ? "all its agents fell silent"
        : zone.Sight.IsUsable ? null
        : zone.Sight.Why is "" ? "unavailable" : zone.Sight.Why;
}
