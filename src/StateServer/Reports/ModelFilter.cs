using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>What of the model is shown. A kind that names nothing shows all; of kinds that name something, all must hold.</summary>
/// <param name="Services">Services, their units, and the machines that host one.</param>
/// <param name="Zones">Zones: what stands there, state servers too.</param>
/// <param name="Machines">Machines, and what is on them.</param>
internal sealed record ModelFilter(ImmutableArray<string> Services, ImmutableArray<string> Zones, ImmutableArray<string> Machines)
{
    /// <summary>Whether it names anything that only the model knows.</summary>
    public bool IsOfModel => !Services.IsEmpty || !Machines.IsEmpty;

    /// <summary>Names that the report doesn't know, a line each: mistyped, most likely.</summary>
    public ImmutableArray<string> Strangers(ClusterReport report)
    {
        ImmutableArray<string> zones =
        [
            .. report.Members.Select(m => m.Zone)
                .Concat(report.Machines.Select(m => m.Zone))
                .Concat(report.Zones.Select(z => z.Name))
                .OfType<string>()
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        return
        [
            .. Strangers("service", Services, [.. report.Services.Select(s => s.Name)]),
            .. Strangers("zone", Zones, zones),
            .. Strangers("machine", Machines, [.. report.Machines.Select(m => m.Id)]),
        ];
    }

    /// <summary>The report with what is asked for alone. Counts of a service stay those of all its units.</summary>
    public ClusterReport Of(ClusterReport report)
    {
        ImmutableArray<UnitReport> units =
        [
            .. report.Units.Where(u => Holds(Services, u.Service) && Holds(Zones, u.Zone) && Holds(Machines, u.Machine)),
        ];
        bool isPlaced = !Zones.IsEmpty || !Machines.IsEmpty;
        return report with
        {
            Members = [.. report.Members.Where(m => Holds(Zones, m.Zone))],
            Machines =
            [
                .. report.Machines.Where(m =>
                    Holds(Zones, m.Zone) && Holds(Machines, m.Id) && (Services.IsEmpty || m.Services.Any(Services.Contains))),
            ],
            Services = [.. report.Services.Where(s => Holds(Services, s.Name) && (!isPlaced || units.Any(u => u.Service == s.Name)))],
            Units = units,
            Zones = [.. report.Zones.Where(z => Holds(Zones, z.Name))],
        };
    }

    private static bool Holds(ImmutableArray<string> wanted, string? name) =>
        wanted.IsEmpty || (name is not null && wanted.Contains(name));

    private static IEnumerable<string> Strangers(string kind, ImmutableArray<string> wanted, ImmutableArray<string> known) => wanted
        .Where(name => !known.Contains(name))
        .Select(name => known.IsEmpty
            ? $"there is no {kind} '{name}', nor any other"
            : $"there is no {kind} '{name}'; there is {string.Join(", ", known.Take(20))}{(known.Length > 20 ? ", …" : "")}");
}
