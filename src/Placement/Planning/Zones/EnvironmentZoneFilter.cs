namespace StateServer.Placement.Planning.Zones;

/// <summary>The environment may be bound to some zones.</summary>
internal sealed class EnvironmentZoneFilter : IZoneFilter
{
    public string Name => "environment";

    public string? Refusal(ZoneCandidate zone, ZoneRequest request) =>
        request.Settings.ZoneFilter.IsEmpty || request.Settings.ZoneFilter.Contains(zone.Zone)
            ? null
            : $"the environment uses {string.Join(", ", request.Settings.ZoneFilter)} alone";
}
