using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Tests.Model;

/// <summary>
/// Turns numbers into commands that often fit the model as it stands, and sometimes don't: whatever the numbers are, so that a
/// random list of them shrinks by leaving some out.
/// </summary>
internal static class ModelSteps
{
    /// <summary>How many kinds of steps there are.</summary>
    public const int Kinds = 32;

    private static readonly string[] Services = ["web", "db", "one"];
    private static readonly Zone[] Zones = [new("a"), new("b"), new("c")];

    public static ModelCommand Resolve(ModelState model, int kind, int first, int second)
    {
        var machine = Pick(model.Machines.Keys, first, new MachineId(first));
        var unit = Pick(model.Units.Keys, first, new UnitName(new ServiceName("web"), first));
        var service = new ServiceName(Services[first % Services.Length]);
        var zone = Zones[second % Zones.Length];
        return kind switch
        {
            0 or 1 => Deploy(service, second % 4, model, second),
            2 => new AddUnitsCommand(service, 1 + (second % 3), PlacementDirective.None),
            3 => new RemoveUnitsCommand([unit, Pick(model.Units.Keys, second, unit)]),
            4 => new RemoveServiceCommand(service),
            5 => new AddMachinesCommand(1 + (second % 2), "trusty", Constraints.None, Directive(second, zone)),
            6 => new RemoveMachinesCommand([machine], second % 2 == 0),
            7 => new ExposeServiceCommand(service, [80 + (second % 2)]),
            8 => new UnexposeServiceCommand(service),
            9 => new RetryProvisioningCommand(machine),
            10 => new CordonMachineCommand(machine, second % 2 == 0),
            11 => new CordonZoneCommand(zone, first % 2 == 0),
            12 or 13 => AssignWaiting(model, first, second),
            14 => new UnassignUnitsCommand([Reference(model, unit, second)], "moved"),
            15 => new ReserveZoneCommand(machine, zone),
            16 or 17 => new BeginLaunchCommand(machine, Last(model, machine) + 1 - (second % 7 == 6 ? 1 : 0), zone, new string('0', 64)),
            18 => new EndLaunchCommand(machine, Last(model, machine), LaunchOutcome.Launched, Instance(machine), ""),
            19 => new EndLaunchCommand(machine, Last(model, machine), (LaunchOutcome)(3 + (second % 6)), null, "no room"),
            20 => new MarkMachineLostCommand(machine, "silent"),
            21 => new MarkMachineReturnedCommand(machine),
            22 => new MachineTerminatedCommand(machine),
            23 => new RemoveDeadUnitsCommand([Reference(model, unit, second)]),
            24 => new ClearAvoidedZonesCommand([zone, Zones[first % Zones.Length]]),
            25 => new ConfirmPredecessorsEndedCommand([BeforeOf(model, unit)]),
            26 => new ReportMachineCommand(machine, Instance(machine), $"h:{second}", "1"),
            27 or 28 => Report(model, unit, machine, second),
            29 => new ConfirmMachinesLostCommand([machine, Pick(model.Machines.Keys, second, machine)]),
            30 => new NoteWaitingCommand($"{second % 2}", [new MachineNote(machine, "no room")], [new UnitNote(unit, "no zone")]),
            31 => new ConfirmRestoreCommand(),
            _ => new SetConstraintsCommand(first % 2 == 0 ? service : null, Constraints.None with { CpuCores = second }),
        };
    }

    private static DeployServiceCommand Deploy(ServiceName name, int units, ModelState model, int salt) => new(
        name,
        "trusty",
        Constraints.None with { MemoryMiB = salt },
        ["serve", $"{salt}"],
        ImmutableSortedDictionary<string, string>.Empty.Add("SECRET", $"{salt}"),
        name.Name == "one",
        1 + (salt % 2),
        salt % 2 == 0 ? WhenUnsatisfiable.Relax : WhenUnsatisfiable.Refuse,
        units,
        salt % 5 == 4 && !model.Machines.IsEmpty ? new PlacementDirective(null, model.Machines.Keys.First()) : PlacementDirective.None);

    private static AssignUnitsCommand AssignWaiting(ModelState model, int first, int second)
    {
        var waiting = model.Units.Values.Where(unit => unit.Machine is null && unit.Life == Life.Alive).Take(1 + (second % 3)).ToList();
        if (first % 3 == 0)
        {
            var added = new NewMachine("trusty", Constraints.None, PlacementDirective.None, Zones[second % 3]);
            return new AssignUnitsCommand(
                model.NextMachine, [added], [.. waiting.Select(unit => new UnitAssignment(unit.Name, new MachineId(model.NextMachine)))]);
        }

        return new AssignUnitsCommand(
            0,
            [],
            [.. waiting.Select((unit, i) => new UnitAssignment(unit.Name, Pick(model.Machines.Keys, first + i, new MachineId(99))))]);
    }

    private static ReportUnitsCommand Report(ModelState model, UnitName name, MachineId machine, int second)
    {
        var status = (UnitStatus)(1 + (second % 5));
        if (!model.Units.TryGetValue(name, out var unit))
        {
            return new ReportUnitsCommand(machine, [new UnitReport(name, second, status, "", null, 0)]);
        }

        var isOfBefore = second % 2 == 0 && unit.Predecessor is not null;
        return new ReportUnitsCommand(
            (isOfBefore ? unit.Predecessor!.Machine : unit.Machine) ?? machine,
            [new UnitReport(name, isOfBefore ? unit.Predecessor!.Assignment : unit.Assignment, status, "", "h:1", second % 2)]);
    }

    private static AssignmentReference Reference(ModelState model, UnitName unit, int second) =>
        new(unit, (model.Units.GetValueOrDefault(unit)?.Assignment ?? 0) + (second % 9 == 8 ? 1 : 0));

    private static AssignmentReference BeforeOf(ModelState model, UnitName unit) =>
        new(unit, model.Units.GetValueOrDefault(unit)?.Predecessor?.Assignment ?? 1);

    private static int Last(ModelState model, MachineId machine) =>
        model.Machines.GetValueOrDefault(machine)?.Attempts.LastOrDefault()?.Number ?? 0;

    private static PlacementDirective Directive(int second, Zone zone) =>
        second % 3 == 0 ? new PlacementDirective(zone, null) : PlacementDirective.None;

    private static InstanceId Instance(MachineId machine) => new($"i-{machine}");

    private static T Pick<T>(IEnumerable<T> items, int place, T otherwise)
    {
        var all = items.ToList();
        return all.Count == 0 ? otherwise : all[place % all.Count];
    }
}
