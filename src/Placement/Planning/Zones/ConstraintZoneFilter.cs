namespace StateServer.Placement.Planning.Zones;

/// <summary>The constraint <c>zones=</c>: one of those.</summary>
internal sealed class ConstraintZoneFilter : IZoneFilter
{
    public string Name => "constraint";

    public string? Refusal(ZoneCandidate zone, ZoneRequest request) =>
        request.Constraints.Zones.IsEmpty || request.Constraints.Zones.Contains(zone.Zone)
            ? null
            : $"zones={string.Join(",", request.Constraints.Zones)}";
}
