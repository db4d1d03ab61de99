using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Zones;

/// <summary>The rules that keep a zone out whoever is there already. Room comes last: a zone without room is right in all else.</summary>
internal static class ZoneFilters
{
    private static readonly IZoneFilter[] All =
    [
        new DirectedZoneFilter(), new EnvironmentZoneFilter(), new ConstraintZoneFilter(), new UsableZoneFilter(), new CordonedZoneFilter(), new CapacityZoneFilter(),
    ];

    /// <summary>The first rule that refuses; null where none does.</summary>
    public static Refusal? Refusal(ZoneCandidate zone, ZoneRequest request)
    {
        foreach (IZoneFilter filter in All)
        {
            if (filter.Refusal(zone, request) is { } reason)
            {
                return new Refusal(filter.Name, reason);
            }
        }

        return null;
    }
}
