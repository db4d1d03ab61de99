using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Audit;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Reconciliation.Acting;

namespace StateServer.Placement.Tests.Planning;

/// <summary>An environment whose model is what Apply makes of commands, where a plan is carried out as the loop does.</summary>
internal sealed class AppliedWorld
{
    public static readonly string[] Services = ["web", "db", "mq"];

    private static readonly ImmutableArray<Zone> Zones = [World.A, World.B, World.C];

    private readonly PlacementIndex _index = PlacementIndex.Of(ModelState.Empty);
    private readonly HashSet<Zone> _full = [];
    private ReplicatedState _state = ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel };
    private AgentContact _contact = AgentContact.Full;
    private long _now = 1_000_000;

    /// <summary>Bootstraps, with three services without units.</summary>
    public AppliedWorld(Random random)
    {
        Do(new BootstrapEnvironmentCommand(new EnvironmentSettings(
            new EnvironmentId(1), "test", ProviderType.Local, "", [], false, "noble", Constraints.None, ImmutableSortedDictionary<string, string>.Empty, 30)));
        foreach (string service in Services)
        {
            Do(new DeployServiceCommand(
                new ServiceName(service), "noble", Constraints.None, ["serve"], ImmutableSortedDictionary<string, string>.Empty, service == "mq", 1,
                random.Next(2) == 0 ? WhenUnsatisfiable.Refuse : WhenUnsatisfiable.Relax, 0, PlacementDirective.None));
        }
    }

    public ModelState Model => _state.Model;

    private PlanningInput Input => new(Model, [.. Zones.Select(ZoneSight.Usable)], _contact, [], _now);

    /// <summary>Plans with the index that follows the model by what Apply kept, compares it with one made afresh, and has the plan audited.</summary>
    public Plan Plan()
    {
        _index.Advance(Model);
        Plan plan = Planner.Make(Input, _index);
        Assert.Equal(World.Text(Planner.Make(Input, PlacementIndex.Of(Model))), World.Text(plan));
        Assert.Empty(PlanAudit.Errors(Input, plan));
        return plan;
    }

    /// <summary>Commits a plan as the loop does, and compares.</summary>
    public void Carry(Plan plan)
    {
        foreach (ModelCommand command in PlanCommands.Of(plan, Model).ToList())
        {
            Do(command);
        }

        foreach (PlanStep step in plan.Steps)
        {
            switch (step)
            {
                case ReserveZoneStep reserve:
                    Assert.Equal(reserve.Zone, Model.Machines[reserve.Machine].Zone);
                    break;
                case MoveOnStep move:
                    Assert.Equal(move.To, Model.Machines[move.Machine].Zone);
                    break;
                case AddMachineStep add:
                    Assert.Equal(add.Zone, Model.Machines[add.Machine].Zone);
                    Assert.Equal(add.Machine, Model.Units[add.Unit].Machine);
                    break;
                case AssignUnitStep assign:
                    Assert.Equal(assign.Machine, Model.Units[assign.Unit].Machine);
                    break;
                case ClearZoneFailuresStep clear:
                    Assert.DoesNotContain(clear.Zones, zone => Model.Zones.GetValueOrDefault(zone)?.AvoidUntilMilliseconds > 0);
                    break;
                case DeclareMachineLostStep lost:
                    Do(new MachineTerminatedCommand(lost.Machine));
                    break;
                case RemoveMachineStep remove:
                    Do(new MachineTerminatedCommand(remove.Machine));
                    break;
            }
        }
    }

    /// <summary>Launches what the loop would: a launch in a full zone fails.</summary>
    public void Launch()
    {
        foreach (MachineRecord machine in Model.Machines.Values.ToList())
        {
            if (machine is not { Status: MachineStatus.Pending, Zone: { } zone } || Model.Zones.GetValueOrDefault(zone)?.AvoidUntilMilliseconds > _now)
            {
                continue;
            }

            int number = (machine.Attempts.LastOrDefault()?.Number ?? 0) + 1;
            InstanceId instance = new($"i-{machine.Id}");
            Do(new BeginLaunchCommand(machine.Id, number, zone, new string('0', 64)));
            if (_full.Contains(zone))
            {
                Do(new EndLaunchCommand(machine.Id, number, LaunchOutcome.CapacityExhausted, null, "no room"));
                continue;
            }

            Do(new EndLaunchCommand(machine.Id, number, LaunchOutcome.Launched, instance, ""));
            Do(new ReportMachineCommand(machine.Id, instance, "h:1", "1"));
        }
    }

    /// <summary>Something happens, drawn.</summary>
    public void Happen(Random random)
    {
        ServiceName service = new(Services[random.Next(Services.Length)]);
        Zone zone = Zones[random.Next(Zones.Length)];
        MachineId[] machines = [.. Model.Machines.Values.Where(m => m is { Status: MachineStatus.Running, Life: Life.Alive }).Select(m => m.Id)];
        MachineId? machine = machines.Length == 0 ? null : machines[random.Next(machines.Length)];
        switch (random.Next(11))
        {
            case 0 or 1 or 2:
                Do(new AddUnitsCommand(service, 1 + random.Next(6), random.Next(4) > 0 ? PlacementDirective.None : new PlacementDirective(zone, null)));
                break;
            case 3 when RemovalChoice.ChooseUnitsToRemove(PlacementIndex.Of(Model), service, 1 + random.Next(4)) is { IsEmpty: false } units:
                Do(new RemoveUnitsCommand(units));
                break;
            case 4 when machine is { } gone:
                _contact = _contact with { InstancesGone = _contact.InstancesGone.Add(gone) };
                break;
            case 5:
                _full.Add(zone);
                break;
            case 6:
                _full.Clear();
                break;
            case 7:
                _now += random.Next(100_000);
                break;
            case 8:
                Do(new AddMachinesCommand(1, "noble", Constraints.None, random.Next(2) == 0 ? PlacementDirective.None : new PlacementDirective(zone, null)));
                break;
            case 9 when machine is { } leaving:
                Do(new RemoveMachinesCommand([leaving], Force: true));
                Do(new MachineTerminatedCommand(leaving));
                break;
            case 10:
                Do(new SetConstraintsCommand(service, Constraints.None with { Zones = random.Next(2) == 0 ? [] : [zone, World.A] }));
                break;
        }
    }

    /// <summary>A command that must be taken.</summary>
    public void Do(Command command)
    {
        BatchResult result = StateMachine.Apply(
            _state, _state.AppliedIndex + 1, 1, new CommandBatch(_state.FeatureLevel, _now, [new BatchItem(command, null, default)]));
        Assert.False(result.Outcomes[0] is Rejection, $"{command}: {result.Outcomes[0]}");
        _state = result.State;
    }
}
