namespace StateServer.Placement.Planning.Zones;

/// <summary>Nothing more is placed in a cordoned zone.</summary>
internal sealed class CordonedZoneFilter : IZoneFilter
{
    public string Name => "cordon";

    public string? Refusal(ZoneCandidate zone, ZoneRequest request) => zone.Cordoned ? "cordoned" : null;
}
