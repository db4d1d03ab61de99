using System.Collections.Immutable;
using System.Globalization;
using StateServer.Protos.Operator;

namespace StateServer.Reports;

/// <summary>Adds the model to a report of the cluster. Pure.</summary>
internal static class ModelReportBuilder
{
    private const string Lost = "lost";
    private const string Pending = "pending";
    private const string Running = "running";

    /// <summary>The report with environment, machines, services and units.</summary>
    public static ClusterReport Add(ClusterReport report, GetModelResponse model)
    {
        Dictionary<string, MachineInfo> machines = model.Machines.ToDictionary(m => m.Id, StringComparer.Ordinal);
        ImmutableArray<UnitReport> units = [.. model.Units.Select(u => Unit(u, u.HasMachine ? machines.GetValueOrDefault(u.Machine) : null))];
        ILookup<string, UnitReport> byService = units.ToLookup(u => u.Service, StringComparer.Ordinal);
        ILookup<string?, UnitReport> byMachine = units.ToLookup(u => u.Machine, StringComparer.Ordinal);
        return report with
        {
            Environment = model.Environment is { } environment ? Environment(environment) : null,
            Machines = [.. model.Machines.Select(m => Machine(m, byMachine[m.Id]))],
            Services = [.. model.Services.Select(s => Service(s, [.. byService[s.Name]], model.Environment))],
            Units = units,
            Zones =
            [
                .. model.Zones.Select(z => new ZoneReport(
                    z.Name, z.Cordoned, z.AvoidedUntil?.ToDateTimeOffset(), NullIfEmpty(z.Message))),
            ],
        };
    }

    private static EnvironmentReport Environment(EnvironmentInfo environment) => new(
        environment.Name,
        Text(environment.Id),
        environment.Type,
        NullIfEmpty(environment.Region),
        [.. environment.Zones],
        environment.DefaultSeries,
        environment.Constraints,
        environment.AvailabilitySetsEnabled,
        environment.ReplaceAfterSeconds,
        NullIfEmpty(environment.Notice));

    private static MachineReport Machine(MachineInfo machine, IEnumerable<UnitReport> units) => new(
        machine.Id,
        machine.HasZone ? machine.Zone : null,
        machine.Series,
        machine.State,
        machine.HasInstanceId ? machine.InstanceId : null,
        machine.HasAddress ? machine.Address : null,
        machine.HasAgent ? machine.Agent : null,
        [.. units.Select(u => u.Service).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        machine.HasStateServer ? Text(machine.StateServer) : null,
        machine.Cordoned,
        machine.Dying,
        NullIfEmpty(machine.Message));

    private static ServiceReport Service(ServiceInfo service, ImmutableArray<UnitReport> units, EnvironmentInfo? environment) => new(
        service.Name,
        service.Exposed,
        [.. service.Ports],
        units.Length,
        units.Count(u => u.State == Running),
        units.Where(u => u.Zone is not null)
            .GroupBy(u => u.Zone!, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
        service.Series,
        service.Constraints,
        service.Singleton,
        service.MaxSkew,
        service.Dying,

        // Azure promises 99.95 % for an availability set of two at least.
        environment is { AvailabilitySetsEnabled: true, Type: "azure" } && units.Length == 1 && !service.Dying
            ? "one unit alone has no part in Azure's 99.95 %; add another"
            : null);

    private static UnitReport Unit(UnitInfo unit, MachineInfo? machine) => new(
        unit.Name,
        unit.Service,
        unit.HasMachine ? unit.Machine : null,
        machine is { HasZone: true } ? machine.Zone : null,
        machine?.State == Lost ? Lost : unit.State,
        NullIfEmpty(unit.Message) ?? Awaited(unit, machine),
        unit.Restarts,
        unit.HasAddress ? unit.Address : null,
        unit.Dying);

    /// <summary>A unit that waits for its machine waits for what that one waits for.</summary>
    private static string? Awaited(UnitInfo unit, MachineInfo? machine) =>
        unit.State == Pending && machine is { State: Pending, Message.Length: > 0 } ? $"waits for machine {machine.Id}: {machine.Message}" : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string Text(ulong id) => id.ToString(CultureInfo.InvariantCulture);
}
