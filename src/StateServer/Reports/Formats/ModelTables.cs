using System.Globalization;
using System.Text;
using StateServer.Options;

namespace StateServer.Reports.Formats;

/// <summary>The model for people: the environment in a line, then tables of machines, services and units, then what waits or failed.</summary>
internal static class ModelTables
{
    private static readonly string[] MachineHeading = ["Machine", "Zone", "Series", "State", "Instance", "Address", "Agent", "Services"];
    private static readonly string[] ServiceHeading = ["Service", "Units", "Spread", "Exposed"];
    private static readonly string[] UnitHeading = ["Unit", "State", "Machine", "Zone", "Address", "Restarts"];

    /// <summary>Appends what there is; a table without rows is left out.</summary>
    public static void Write(StringBuilder text, ClusterReport report)
    {
        if (report.Environment is not null)
        {
            text.AppendLine().AppendLine(EnvironmentLine(report.Environment));
            if (report.Environment.Message is { } waits)
            {
                text.AppendLine($"It waits: {waits}");
            }
        }

        foreach (ZoneReport zone in report.Zones.Where(z => z.Cordoned || z.AvoidedUntil is not null))
        {
            text.AppendLine(ZoneLine(zone));
        }

        Table(text, MachineHeading, report.Machines.Select(Row));
        Table(text, ServiceHeading, report.Services.Select(Row));
        Table(text, UnitHeading, report.Units.Select(Row));
        string[] messages =
        [
            .. report.Machines.Where(m => m.Message is not null).Select(m => $"machine {m.Id}: {m.Message}"),
            .. report.Services.Where(s => s.Message is not null).Select(s => $"{s.Name}: {s.Message}"),
            .. report.Units.Where(u => u.Message is not null).Select(u => $"{u.Name}: {u.Message}"),
        ];
        if (messages.Length > 0)
        {
            text.AppendLine().AppendJoin(Environment.NewLine, messages).AppendLine();
        }
    }

    /// <summary>What kind of environment it is, in a line.</summary>
    public static string EnvironmentLine(EnvironmentReport environment)
    {
        string region = environment.Region is { } name ? $" in {name}" : "";
        string zones = environment.Zones.IsEmpty ? "" : $", zones {string.Join(", ", environment.Zones)} only";
        string constraints = environment.Constraints.Length == 0 ? "" : $", constraints {environment.Constraints}";
        return $"Environment {environment.Name} ({environment.Type}{region}), series {environment.DefaultSeries}{zones}{constraints}, "
            + $"lost after {Duration.Format(TimeSpan.FromSeconds(environment.ReplaceAfterSeconds))}";
    }

    private static string ZoneLine(ZoneReport zone)
    {
        string avoided = zone.AvoidedUntil is { } until
            ? $"passed over until {Rfc3339Time.Format(until)}{(zone.Message is null ? "" : $": {zone.Message}")}"
            : "";
        string comma = zone.Cordoned && avoided.Length > 0 ? ", " : "";
        return $"Zone {zone.Name}: {(zone.Cordoned ? "cordoned" : "")}{comma}{avoided}";
    }

    /// <summary>How many units each zone has, such as <c>a:4 b:3 c:3</c>.</summary>
    public static string Spread(ServiceReport service) =>
        string.Join(' ', service.Spread.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}:{s.Value}")));

    private static string[] Row(MachineReport machine) =>
    [
        machine.Id,
        machine.Zone ?? "-",
        machine.Series,
        $"{machine.State}{(machine.Dying ? ", to go" : "")}{(machine.Cordoned ? ", cordoned" : "")}",
        machine.InstanceId ?? "-",
        machine.Address ?? "-",
        machine.Agent ?? "-",
        machine.Services.IsEmpty ? "-" : string.Join(' ', machine.Services),
    ];

    private static string[] Row(ServiceReport service) =>
    [
        service.Name,
        $"{service.UnitsRunning}/{service.Units}{(service.Dying ? ", to go" : "")}",
        service.Spread.IsEmpty ? "-" : Spread(service),
        service.Exposed ? string.Join(' ', service.Ports) : "no",
    ];

    private static string[] Row(UnitReport unit) =>
    [
        unit.Name,
        $"{unit.State}{(unit.Dying && unit.State != "stopping" ? ", to go" : "")}",
        unit.Machine ?? "-",
        unit.Zone ?? "-",
        unit.Address ?? "-",
        unit.Restarts.ToString(CultureInfo.InvariantCulture),
    ];

    private static void Table(StringBuilder text, string[] heading, IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows];
        if (all.Length > 0)
        {
            text.AppendLine();
            TextTable.Write(text, [heading, .. all]);
        }
    }
}
