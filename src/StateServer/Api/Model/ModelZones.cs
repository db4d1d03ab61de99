using StateServer.Domain.Model;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>The provider's zones together with what the model remembers of them. Thread-safe.</summary>
/// <param name="directory">Asks the provider; null where this member has none.</param>
internal sealed class ModelZones(IZoneDirectory? directory = null)
{
    /// <summary>Lists them, by name.</summary>
    public async Task<Wire.ListZonesResponse> ListAsync(ModelState model, CancellationToken cancellationToken)
    {
        Dictionary<string, Wire.ZoneInfo> zones = model.Zones.Values
            .Select(ModelMessages.ToMessage)
            .ToDictionary(z => z.Name, StringComparer.Ordinal);
        var response = new Wire.ListZonesResponse();
        if (directory is not null && await directory.ListAsync(cancellationToken) is { } told)
        {
            response.Complete = true;
            foreach (ProviderZone zone in told)
            {
                Wire.ZoneInfo info = zones.TryGetValue(zone.Zone.Name, out Wire.ZoneInfo? known)
                    ? known
                    : new Wire.ZoneInfo { Name = zone.Zone.Name };
                info.State = zone.State;
                info.Available = zone.IsAvailable;
                zones[zone.Zone.Name] = info;
            }
        }

        response.Zones.Add(zones.Values.OrderBy(z => z.Name, StringComparer.Ordinal));
        return response;
    }
}
