using System.Collections.Immutable;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;

namespace StateServer.Domain.Tests.Model;

/// <summary>Runs the model's commands at their feature level, and checks the invariants behind each.</summary>
internal sealed class ModelScript
{
    public static readonly string Hash = new('a', 64);

    private static readonly MemberRecord Member = new(
        new NodeId(1), "one", new FolderId(1), new Zone("a"), "h:1", [], ModelCommand.FirstFeatureLevel, "1", DateTimeOffset.UnixEpoch);

    public ModelScript(bool bootstrap = true, EnvironmentSettings? settings = null)
    {
        Script.Run(new RegisterMemberCommand(Member));
        Script.Run(new RaiseFeatureLevelCommand(ModelCommand.FirstFeatureLevel));
        if (bootstrap)
        {
            Do(new BootstrapEnvironmentCommand(settings ?? Settings));
        }
    }

    public static EnvironmentSettings Settings { get; } = new(
        new EnvironmentId(7),
        "here",
        ProviderType.Local,
        "",
        [],
        AvailabilitySetsEnabled: false,
        "trusty",
        Constraints.None,
        ImmutableSortedDictionary<string, string>.Empty,
        30);

    public Script Script { get; } = new();

    /// <summary>The replicated time of the next command.</summary>
    public long Now { get; set; } = 1_000;

    public ModelState Model => Script.State.Model;

    public static UnitName U(string service, int number) => new(new ServiceName(service), number);

    public static DeployServiceCommand Deploy(string name, int units = 1, bool singleton = false) => new(
        new ServiceName(name),
        "trusty",
        Constraints.None,
        ["serve"],
        ImmutableSortedDictionary<string, string>.Empty,
        singleton,
        1,
        WhenUnsatisfiable.Relax,
        units,
        PlacementDirective.None);

    public static AddMachinesCommand Machines(int count) => new(count, "trusty", Constraints.None, PlacementDirective.None);

    public static AssignUnitsCommand Assign(params (UnitName Unit, int Machine)[] units) =>
        new(0, [], [.. units.Select(unit => new UnitAssignment(unit.Unit, new MachineId(unit.Machine)))]);

    public static ReportUnitsCommand Report(int machine, UnitName unit, long assignment, UnitStatus status, string message = "") =>
        new(new MachineId(machine), [new UnitReport(unit, assignment, status, message, "h:80", 0)]);

    public Outcome Run(Command command)
    {
        var outcome = Script.Run(command, milliseconds: Now);
        ModelInvariants.Check(Script.State);
        return outcome;
    }

    public void Do(Command command)
    {
        var outcome = Run(command);
        Assert.True(outcome is not Rejection, $"{command}: {outcome}");
    }

    public AddedOutcome Add(Command command) => Assert.IsType<AddedOutcome>(Run(command));

    /// <summary>The command is refused and changes nothing.</summary>
    public Rejection Refused(Command command)
    {
        var before = Script.State;
        var refusal = Assert.IsType<Rejection>(Run(command));
        Assert.Equal(before.Keyspace.Revision, Script.State.Keyspace.Revision);
        Assert.Equal((before.Model.EntityDigest, before.Model.NextMachine), (Model.EntityDigest, Model.NextMachine));
        return refusal;
    }

    public void Refused(Command command, RejectionReason reason, string text)
    {
        var refusal = Refused(command);
        Assert.Equal(reason, refusal.Reason);
        Assert.Contains(text, refusal.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", refusal.Detail, StringComparison.Ordinal);
    }

    public MachineRecord Machine(int id) => Model.Machines[new MachineId(id)];

    public UnitRecord Unit(string service, int number) => Model.Units[U(service, number)];

    /// <summary>A machine that runs.</summary>
    public int AddRunning(string zone = "a")
    {
        var id = Add(Machines(1)).First;
        Launch(id, zone);
        Do(new ReportMachineCommand(new MachineId(id), new InstanceId($"i-{id}"), "h:22", "1"));
        return id;
    }

    public void Launch(int id, string zone = "a")
    {
        var number = Machine(id).Attempts.LastOrDefault()?.Number + 1 ?? 1;
        Do(new BeginLaunchCommand(new MachineId(id), number, new Zone(zone), Hash));
        Do(new EndLaunchCommand(new MachineId(id), number, LaunchOutcome.Launched, new InstanceId($"i-{id}"), ""));
    }

    public IEnumerable<string> Keys() =>
        Script.Find("/stateserver/", "/stateserver0").KeyValues.Select(version => version.Key.ToString()["/stateserver/".Length..]);

    public string Value(string key) => Apply.Script.Text(Script.Find("/stateserver/" + key).KeyValues.Single());
}
