using StateServer.Protos.Operator;

namespace StateServer.Cli;

/// <summary>Asks before a write whether a zone that was named exists and can be used, in Juju's words where not.</summary>
internal static class ZoneCheck
{
    private const string ZonePrefix = "zone=";

    /// <summary>Checks a placement.</summary>
    /// <exception cref="VerbFailedException">Its zone doesn't exist, or can't be used now.</exception>
    public static async Task PlacementAsync(ModelSession session, string placement)
    {
        if (placement.StartsWith(ZonePrefix, StringComparison.Ordinal)
            && await FindAsync(session, placement[ZonePrefix.Length..]) is { Available: false } zone)
        {
            throw new VerbFailedException(
                ExitCode.Failed, $"availability zone \"{zone.Name}\" is unavailable{(zone.State.Length == 0 ? "" : $" ({zone.State})")}");
        }
    }

    /// <summary>Finds a zone; null where the provider could not be asked.</summary>
    /// <exception cref="VerbFailedException">It doesn't exist.</exception>
    public static async Task<ZoneInfo?> FindAsync(ModelSession session, string name)
    {
        ListZonesResponse zones = await session.Client.ListZonesAsync(session.CancellationToken);
        ZoneInfo? found = zones.Zones.FirstOrDefault(z => z.Name == name);
        return found is null && zones.Complete
            ? throw new VerbFailedException(
                ExitCode.Failed,
                $"invalid availability zone \"{name}\"; the zones are {string.Join(", ", zones.Zones.Select(z => z.Name))}")
            : zones.Complete ? found : null;
    }
}
