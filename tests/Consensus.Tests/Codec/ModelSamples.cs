using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Codec;

/// <summary>One of every command of the model, and a state that they lead to: what came with feature level 3.</summary>
internal static class ModelSamples
{
    private static readonly MachineId Zero = new(0);
    private static readonly MachineId One = new(1);
    private static readonly ServiceName Web = new("web");
    private static readonly Zone A = new("a");

    private static readonly Constraints Sized = new(
        "amd64", 2, 100, 2048, 1L << 40, null, ["fast", "ssd"], [new Zone("a"), new Zone("b")]);

    private static readonly Constraints Typed = Constraints.None with { InstanceType = "m1.small", RootDiskMiB = 1 };

    public static EnvironmentSettings Settings { get; } = new(
        new EnvironmentId(ulong.MaxValue),
        "here",
        ProviderType.OpenStack,
        "region-1",
        [],
        false,
        "trusty",
        Sized,
        ImmutableSortedDictionary<string, string>.Empty.Add("trusty", "ami-1").Add("xenial", "ami-2"),
        30);

    public static ImmutableArray<BatchItem> Items { get; } =
    [
        .. Commands().Select((command, i) => new BatchItem(command, null, new ProposalId(new NodeId(3), 9, i + 1))),
    ];

    /// <summary>An empty state of the model's feature level.</summary>
    public static ReplicatedState Empty { get; } = ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel };

    /// <summary>Every record, with every field, and leftovers of each kind.</summary>
    public static ReplicatedState State()
    {
        var state = Empty;
        foreach (var command in Story())
        {
            var batch = new CommandBatch(3, Samples.Timestamp + state.AppliedIndex, [new BatchItem(command, null, default)]);
            var result = StateMachine.Apply(state, state.AppliedIndex + 1, 1, batch);
            Assert.True(result.Outcomes[0] is not Rejection, $"{command}: {result.Outcomes[0]}");
            state = result.State;
        }

        return state;
    }

    private static IEnumerable<Command> Story()
    {
        yield return new BootstrapEnvironmentCommand(Settings);
        yield return new AdoptMachineCommand(new NodeId(ulong.MaxValue), "trusty", A, new InstanceId("i-0"), "h:1");
        yield return Deploy(2);
        yield return new ExposeServiceCommand(Web, [80, 443]);
        yield return new AddMachinesCommand(2, "trusty", Typed, new PlacementDirective(A, null));
        yield return new BeginLaunchCommand(One, 1, A, new string('0', 64));
        yield return new EndLaunchCommand(One, 1, LaunchOutcome.CapacityExhausted, null, "no room");
        yield return new BeginLaunchCommand(One, 2, A, new string('1', 64));
        yield return new ReportMachineCommand(One, new InstanceId("i-1"), "h:2", "0.1.0");
        yield return new BeginLaunchCommand(new MachineId(2), 1, A, new string('2', 64));
        yield return new AssignUnitsCommand(0, [], [new UnitAssignment(new UnitName(Web, 0), One), new UnitAssignment(new UnitName(Web, 1), One)]);
        yield return new ReportUnitsCommand(One, [new UnitReport(new UnitName(Web, 0), 1, UnitStatus.BackingOff, "exit code 1", "h:80", 3)]);
        yield return new UnassignUnitsCommand([new AssignmentReference(new UnitName(Web, 1), 2)], "moved");
        yield return new RemoveUnitsCommand([new UnitName(Web, 0)]);
        yield return new CordonMachineCommand(One, true);
        yield return new CordonZoneCommand(A, true);
        yield return new NoteWaitingCommand("nothing is moved", [], []);
    }

    private static IEnumerable<Command> Commands() =>
    [
        new BootstrapEnvironmentCommand(Settings with { ZoneFilter = [A], AvailabilitySetsEnabled = true }),
        new AdoptMachineCommand(new NodeId(ulong.MaxValue), "trusty", A, new InstanceId("i-0"), "h:1"),
        new SetConstraintsCommand(Web, Typed),
        new SetConstraintsCommand(null, Constraints.None),
        Deploy(20),
        new AddUnitsCommand(Web, 3, new PlacementDirective(null, One)),
        new RemoveUnitsCommand([new UnitName(Web, 1), new UnitName(Web, int.MaxValue)]),
        new RemoveServiceCommand(Web),
        new ExposeServiceCommand(Web, [80, 65_535]),
        new UnexposeServiceCommand(Web),
        new AddMachinesCommand(2, "trusty", Sized, new PlacementDirective(A, null)),
        new RemoveMachinesCommand([Zero, One], true),
        new RetryProvisioningCommand(One),
        new CordonMachineCommand(One, true),
        new CordonZoneCommand(A, false),
        new AssignUnitsCommand(
            7,
            [new NewMachine("trusty", Sized, PlacementDirective.None, A), new NewMachine("trusty", Constraints.None, PlacementDirective.None, null)],
            [new UnitAssignment(new UnitName(Web, 1), new MachineId(7))]),
        new UnassignUnitsCommand([new AssignmentReference(new UnitName(Web, 1), long.MaxValue)], "the machine is lost"),
        new ConfirmPredecessorsEndedCommand([new AssignmentReference(new UnitName(Web, 1), 5)]),
        new RemoveDeadUnitsCommand([new AssignmentReference(new UnitName(Web, 1), 0)]),
        new ReserveZoneCommand(One, A),
        new ReserveZoneCommand(One, null),
        new BeginLaunchCommand(One, 2, A, new string('f', 64)),
        new EndLaunchCommand(One, 2, LaunchOutcome.Launched, new InstanceId("i-1"), ""),
        new EndLaunchCommand(One, 2, LaunchOutcome.QuotaExceeded, null, "quota"),
        new MarkMachineLostCommand(One, "silent"),
        new ConfirmMachinesLostCommand([One]),
        new ConfirmRestoreCommand(),
        new NoteWaitingCommand("waits", [new MachineNote(One, "no room")], [new UnitNote(new UnitName(Web, 0), "no zone")]),
        new MarkMachineReturnedCommand(One),
        new MachineTerminatedCommand(One),
        new ClearAvoidedZonesCommand([A, new Zone("b")]),
        new ReportMachineCommand(One, new InstanceId("i-1"), "h:22", "0.1.0"),
        new ReportUnitsCommand(
            One,
            [
                new UnitReport(new UnitName(Web, 0), 4, UnitStatus.Running, "", "h:80", 0),
                new UnitReport(new UnitName(Web, 1), 5, UnitStatus.Pending, "waits", null, 3),
            ]),
    ];

    private static DeployServiceCommand Deploy(int units) => new(
        Web,
        "trusty",
        Sized,
        ["serve", "-x", ""],
        ImmutableSortedDictionary<string, string>.Empty.Add("A", "").Add("B", "2"),
        true,
        2,
        WhenUnsatisfiable.Refuse,
        units,
        new PlacementDirective(A, null));
}
