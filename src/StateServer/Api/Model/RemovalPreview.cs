using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Api.Model;

/// <summary>What a command takes away by itself, as steps of a dry run: the planner, who sees the state behind it, has nothing to decide there.</summary>
internal static class RemovalPreview
{
    /// <summary>Puts what goes from one model to the next in front of what the planner would do then.</summary>
    /// <param name="before">The model.</param>
    /// <param name="after">What a command made of it.</param>
    /// <param name="planned">The planner's steps.</param>
    public static ImmutableArray<PlanPreviewStep> Ahead(ModelState before, ModelState after, ImmutableArray<PlanPreviewStep> planned)
    {
        UnitRecord[] units = [.. before.Units.Values.Where(unit => Goes(unit.Life, after.Units.GetValueOrDefault(unit.Name)?.Life))];
        var spreads = units.Select(unit => unit.Name.Service).Distinct().ToDictionary(service => service, service => Spread(after, service));
        return
        [
            .. units.Select(unit => new PlanPreviewStep($"remove {unit.Name}{Place(before, unit.Machine)}", spreads[unit.Name.Service])),
            .. before.Services.Keys.Where(service => Goes(before.Services[service].Life, after.Services.GetValueOrDefault(service)?.Life))
                .Select(service => new PlanPreviewStep($"remove service {service}", [])),
            .. before.Machines.Values.Where(machine => Goes(machine.Life, after.Machines.GetValueOrDefault(machine.Id)?.Life))
                .Where(machine => !planned.Any(step => step.Action == $"remove machine {machine.Id}"))
                .Select(machine => new PlanPreviewStep($"remove machine {machine.Id}{(machine.Zone is { } zone ? $" in zone {zone}" : "")}", [])),
            .. planned,
        ];
    }

    private static bool Goes(Life before, Life? after) => before == Life.Alive && after is not Life.Alive;

    private static string Place(ModelState model, MachineId? machine) => machine is { } id
        ? $" from machine {id}{(model.Machines.GetValueOrDefault(id)?.Zone is { } zone ? $" in zone {zone}" : "")}"
        : ", which has no machine";

    /// <summary>How the units that stay are spread.</summary>
    private static ImmutableArray<string> Spread(ModelState after, ServiceName service)
    {
        string zones = string.Join(' ', after.UnitsOf(service)
            .Select(unit => after.Units[unit])
            .Where(unit => unit.Life == Life.Alive)
            .Select(unit => unit.Machine is { } id ? after.Machines.GetValueOrDefault(id)?.Zone?.Name : null)
            .Where(zone => zone is not null)
            .GroupBy(zone => zone!, StringComparer.Ordinal)
            .OrderBy(zone => zone.Key, StringComparer.Ordinal)
            .Select(zone => $"{zone.Key}:{zone.Count()}"));
        return zones.Length > 0 ? [$"{service} keeps {zones}"] : [];
    }
}
