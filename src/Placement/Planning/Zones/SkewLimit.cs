using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Zones;

/// <summary>A service whose greatest skew must be held.</summary>
/// <param name="Service">The service.</param>
/// <param name="Most">The greatest difference that is allowed.</param>
/// <param name="Population">Its units by the zone's place in the table, reservations counted.</param>
internal readonly record struct SkewLimit(ServiceName Service, int Most, int[] Population)
{
    /// <summary>The name of the rule in reports.</summary>
    public const string RuleName = "skew";

    /// <summary>Why one more unit in a zone is too many there, in one line; null where it isn't.</summary>
    /// <param name="zone">The zone's place.</param>
    /// <param name="emptiest">The place of the emptiest zone that the service may use, with room or without.</param>
    public string? Refusal(int zone, int emptiest)
    {
        int skew = Population[zone] + 1 - Population[emptiest];
        return skew > Most ? $"{Service} would be {skew} apart, {Most} allowed" : null;
    }
}
