namespace StateServer.Placement.Planning.Zones;

/// <summary>A zone that had no room is passed over for a while.</summary>
internal sealed class CapacityZoneFilter : IZoneFilter
{
    /// <summary>Its name: a zone that this rule alone refuses may be tried again.</summary>
    public const string RuleName = "capacity";

    public string Name => RuleName;

    public string? Refusal(ZoneCandidate zone, ZoneRequest request)
    {
        long left = zone.AvoidUntilMilliseconds - request.NowMilliseconds;
        return left <= 0 ? null : $"no room{(zone.Why is "" ? "" : $" ({zone.Why})")}, passed over for {(left + 999) / 1000} s more";
    }
}
