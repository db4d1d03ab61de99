using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>Whether each service's units are spread evenly over the zones, once nothing is under way any more.</summary>
internal static class SpreadChecker
{
    /// <param name="records">The model.</param>
    /// <param name="zones">The zones there are, all with room.</param>
    public static Verdict Check(IReadOnlyCollection<ModelRecord> records, IReadOnlyList<string> zones)
    {
        if (Unsettled(records) is { } unsettled)
        {
            return new Verdict("deploy-spread", Conclusion.Violated, unsettled);
        }

        ModelRecord[] services = [.. records.Where(r => r is { IsService: true, IsDying: false })];
        foreach (ModelRecord service in services)
        {
            IReadOnlyDictionary<string, int> spread = Of(service.Name, records, zones);
            if (spread.Values.Max() - spread.Values.Min() > service.MaxSkew)
            {
                return new Verdict("deploy-spread", Conclusion.Violated,
                    $"{service.Name} is spread {string.Join(' ', spread.Select(s => $"{s.Key}:{s.Value}"))}, and its max-skew is {service.MaxSkew}");
            }
        }

        return new Verdict("deploy-spread", Conclusion.Holds, $"{records.Count(r => r.IsUnit)} units of {services.Length} services, each within its max-skew");
    }

    /// <summary>Null, or what is still under way: a unit without a machine in a zone, or one that is on its way out.</summary>
    public static string? Unsettled(IReadOnlyCollection<ModelRecord> records)
    {
        Dictionary<int, ModelRecord> machines = records.Where(r => r.IsMachine).ToDictionary(r => r.Number);
        foreach (ModelRecord record in records.Where(r => r.IsUnit || r.IsDying))
        {
            if (record.IsDying)
            {
                return $"{record.Key} is still being removed";
            }

            if (record.Machine is not { } machine || machines.GetValueOrDefault(machine)?.Zone is null)
            {
                return $"{record.Key} has no {(record.Machine is null ? "machine" : $"zone: machine {record.Machine} has none")}";
            }
        }

        return null;
    }

    /// <summary>How many units of a service each zone has.</summary>
    public static IReadOnlyDictionary<string, int> Of(string service, IReadOnlyCollection<ModelRecord> records, IReadOnlyList<string> zones)
    {
        Dictionary<int, ModelRecord> machines = records.Where(r => r.IsMachine).ToDictionary(r => r.Number);
        SortedDictionary<string, int> spread = new(zones.ToDictionary(z => z, _ => 0), StringComparer.Ordinal);
        foreach (ModelRecord unit in records.Where(r => r.IsUnit && r.Service == service && !r.IsDying))
        {
            if (unit.Machine is { } machine && machines.GetValueOrDefault(machine)?.Zone is { } zone)
            {
                spread[zone] = spread.GetValueOrDefault(zone) + 1;
            }
        }

        return spread;
    }
}
