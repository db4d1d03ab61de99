using System.Collections.Immutable;
using System.Globalization;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.StateServer.Tests.Model;

/// <summary>What the leader's loop and agents commit, in a scenario's words.</summary>
internal static class ScenarioWork
{
    private const string Series = "noble";

    private static readonly string Hash = new('0', 64);

    /// <summary>
    /// Reads one: <c>bootstrap [azure-sets] [CONSTRAINTS]</c>, <c>place UNIT in ZONE</c> (on a new machine), <c>place UNIT on MACHINE</c>,
    /// <c>launch MACHINE in ZONE</c>, <c>launched MACHINE</c>, <c>failed MACHINE LINE</c>, <c>heard MACHINE</c>, <c>running UNIT</c>,
    /// <c>crashed UNIT LINE</c>, <c>stopped UNIT</c>, <c>lost MACHINE LINE</c>, <c>gone MACHINE</c>,
    /// <c>leaves UNIT LINE</c> (its machine), <c>waits [LINE]</c>,
    /// <c>cordon ZONE</c>, <c>adopt in ZONE</c> (a machine that a state server runs on).
    /// </summary>
    public static ModelCommand Read(string line, ModelState model)
    {
        string[] words = line.Split(' ');
        string rest = string.Join(' ', words.Skip(2));
        return words switch
        {
            ["bootstrap", "azure-sets"] => Bootstrap(ProviderType.Azure, sets: true, ""),
            ["bootstrap", ..] => Bootstrap(ProviderType.Local, sets: false, string.Join(' ', words.Skip(1))),
            ["place", var unit, "in", var zone] => new AssignUnitsCommand(
                model.NextMachine,
                [new NewMachine(Series, Constraints.None, PlacementDirective.None, new Zone(zone))],
                [new UnitAssignment(Unit(unit), new MachineId(model.NextMachine))]),
            ["place", var unit, "on", var machine] => new AssignUnitsCommand(0, [], [new UnitAssignment(Unit(unit), Machine(machine))]),
            ["launch", var machine, "in", var zone] => new BeginLaunchCommand(
                Machine(machine), model.Machines[Machine(machine)].Attempts.Length + 1, new Zone(zone), Hash),
            ["launched", var machine] => EndLaunch(machine, LaunchOutcome.Launched, new InstanceId($"i-{machine}"), "", model),
            ["failed", var machine, ..] => EndLaunch(machine, LaunchOutcome.CapacityExhausted, null, rest, model),
            ["heard", var machine] => new ReportMachineCommand(Machine(machine), new InstanceId($"i-{machine}"), $"10.0.0.{machine}", "0.1.0"),
            ["running", var unit] => Report(unit, UnitStatus.Running, "", restarts: 0, model),
            ["crashed", var unit, ..] => Report(unit, UnitStatus.BackingOff, rest, restarts: 1, model),
            ["stopped", var unit] => Report(unit, UnitStatus.Stopped, "", restarts: 0, model),
            ["lost", var machine, ..] => new MarkMachineLostCommand(Machine(machine), rest),
            ["leaves", var unit, ..] => new UnassignUnitsCommand([new AssignmentReference(Unit(unit), model.Units[Unit(unit)].Assignment)], rest),
            ["gone", var machine] => new MachineTerminatedCommand(Machine(machine)),
            ["cordon", var zone] => new CordonZoneCommand(new Zone(zone), true),
            ["waits", ..] => new NoteWaitingCommand(string.Join(' ', words.Skip(1)), [], []),
            ["adopt", "in", var zone] => new AdoptMachineCommand(
                new NodeId(11), Series, new Zone(zone), new InstanceId("server-0"), "10.0.0.9"),
            _ => throw new ArgumentException($"a scenario has no work '{line}'"),
        };
    }

    private static BootstrapEnvironmentCommand Bootstrap(ProviderType type, bool sets, string constraints)
    {
        Assert.Null(ConstraintText.TryParse(constraints, out ConstraintRequest request));
        return new BootstrapEnvironmentCommand(new EnvironmentSettings(
            new EnvironmentId(4711),
            "test",
            type,
            "",
            [],
            sets,
            Series,
            request.Asked,
            ImmutableSortedDictionary<string, string>.Empty,
            30));
    }

    private static EndLaunchCommand EndLaunch(
        string machine, LaunchOutcome outcome, InstanceId? instance, string detail, ModelState model) =>
        new(Machine(machine), model.Machines[Machine(machine)].Attempts[^1].Number, outcome, instance, detail);

    private static ReportUnitsCommand Report(string unit, UnitStatus status, string message, int restarts, ModelState model)
    {
        UnitRecord record = model.Units[Unit(unit)];
        MachineRecord machine = model.Machines[record.Machine!.Value];
        return new ReportUnitsCommand(
            machine.Id,
            [new UnitReport(record.Name, record.Assignment, status, message, $"{machine.Address}:{30000 + record.Name.Number}", restarts)]);
    }

    private static UnitName Unit(string text)
    {
        Assert.Null(UnitName.TryParse(text, out UnitName unit));
        return unit;
    }

    private static MachineId Machine(string text) => new(int.Parse(text, CultureInfo.InvariantCulture));
}
