using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Audit;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Tests.Planning;

/// <summary>An environment for tests: a model, what is seen of it, and someone who does what a plan says.</summary>
internal sealed class World
{
    public static readonly Zone A = new("a");
    public static readonly Zone B = new("b");
    public static readonly Zone C = new("c");

    private readonly PlacementIndex _index = PlacementIndex.Of(ModelState.Empty);
    private long _assignments;

    public World(params Zone[] zones)
    {
        Sights = [.. zones.Select(ZoneSight.Usable)];
        Model = ModelState.Empty with
        {
            Environment = new EnvironmentSettings(
                new EnvironmentId(1), "test", ProviderType.Local, "", [], false, "noble", Constraints.None, ImmutableSortedDictionary<string, string>.Empty, 30),
        };
    }

    public ModelState Model { get; set; }

    public ImmutableArray<ZoneSight> Sights { get; set; }

    public AgentContact Contact { get; set; } = AgentContact.Full;

    public ImmutableArray<MemberSight> Members { get; set; } = [];

    public long Now { get; set; } = 1_000_000;

    public EnvironmentSettings Settings
    {
        get => Model.Environment!;
        set => Model = Model with { Environment = value };
    }

    public PlanningInput Input => new(Model, Sights, Contact, Members, Now);

    public static World OfThree() => new(A, B, C);

    public static ServiceName Service(string name) => new(name);

    public static UnitName Unit(string name) => new(new ServiceName(name.Split('/')[0]), int.Parse(name.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture));

    public void Deploy(string name, int units = 0, int skew = 1, WhenUnsatisfiable when = WhenUnsatisfiable.Relax, Constraints? constraints = null)
    {
        ServiceName service = new(name);
        Model = Model with
        {
            Services = Model.Services.SetItem(service, new ServiceRecord(
                service, "noble", constraints ?? Constraints.None, [], ImmutableSortedDictionary<string, string>.Empty, false, skew, when, false, [], Life.Alive, 0, Now)),
        };
        AddUnits(name, units);
    }

    public void AddUnits(string name, int count, PlacementDirective? to = null)
    {
        ServiceRecord service = Model.Services[new ServiceName(name)];
        for (int i = 0; i < count; i++)
        {
            UnitName unit = new(service.Name, service.NextUnit + i);
            Model = Model with
            {
                Units = Model.Units.SetItem(unit, new UnitRecord(
                    unit, to ?? PlacementDirective.None, null, 0, null, Life.Alive, UnitStatus.Pending, "", null, 0, Now, Now)),
            };
        }

        Set(service with { NextUnit = service.NextUnit + count });
    }

    public MachineId AddMachine(Zone? zone, MachineStatus status = MachineStatus.Running, PlacementDirective? to = null, Constraints? constraints = null, string series = "noble")
    {
        MachineId id = new(Model.NextMachine);
        Model = Model with { NextMachine = id.Value + 1 };
        Set(new MachineRecord(
            id, series, constraints ?? Constraints.None, to ?? PlacementDirective.None, null, zone, Life.Alive, status, "",
            status == MachineStatus.Pending ? null : new InstanceId($"i-{id}"), null, null, [], false, 0, Now, Now));
        return id;
    }

    public void Set(MachineRecord machine) => Model = Model with { Machines = Model.Machines.SetItem(machine.Id, machine) };

    public void Set(ServiceRecord service) => Model = Model with { Services = Model.Services.SetItem(service.Name, service) };

    public void Set(UnitRecord unit) => Model = Model with { Units = Model.Units.SetItem(unit.Name, unit) };

    public void Change(MachineId id, Func<MachineRecord, MachineRecord> change) => Set(change(Model.Machines[id]));

    public void SeeUnusable(Zone zone, string why = "") =>
        Sights = [.. Sights.Select(s => s.Zone == zone ? s with { IsUsable = false, Why = why } : s)];

    public void SeeUsable(Zone zone) => Sights = [.. Sights.Select(s => s.Zone == zone ? ZoneSight.Usable(zone) : s)];

    public void Silence(long milliseconds, params IEnumerable<MachineId> machines) =>
        Contact = Contact with { SilentForMilliseconds = Contact.SilentForMilliseconds.SetItems(machines.Select(m => KeyValuePair.Create(m, milliseconds))) };

    public void LoseInstances(params IEnumerable<MachineId> machines) =>
        Contact = Contact with { InstancesGone = Contact.InstancesGone.Union(machines) };

    public void Avoid(Zone zone, long forMilliseconds) =>
        Model = Model with { Zones = Model.Zones.SetItem(zone, new ZoneRecord(zone, false, Now + forMilliseconds, "full")) };

    public void RemoveUnits(string service, int count)
    {
        _index.Advance(Model);
        foreach (UnitName unit in RemovalChoice.ChooseUnitsToRemove(_index, new ServiceName(service), count))
        {
            Model = Model with { Units = Model.Units.Remove(unit) };
        }
    }

    /// <summary>Plans with an index that is brought forward, compares it with one made afresh, and has the plan audited.</summary>
    public Plan Plan(int mostSteps = PlanningLimits.MostSteps)
    {
        _index.Advance(Model);
        Plan plan = Planner.Make(Input, _index, mostSteps);
        Assert.Equal(Text(plan), Text(Planner.Make(Input, PlacementIndex.Of(Model), mostSteps)));
        Assert.Empty(PlanAudit.Errors(Input, plan));
        return plan;
    }

    /// <summary>Plans and does what the plan says.</summary>
    public Plan Do(int mostSteps = PlanningLimits.MostSteps)
    {
        Plan plan = Plan(mostSteps);
        foreach (PlanStep step in plan.Steps)
        {
            Do(step);
        }

        return plan;
    }

    public void Do(PlanStep step)
    {
        switch (step)
        {
            case DeclareMachineLostStep lost:
                Change(lost.Machine, m => m with { Status = MachineStatus.Lost, StatusSinceMilliseconds = Now });
                break;
            case AssignUnitStep assign:
                Assign(assign.Unit, assign.Machine);
                break;
            case AddMachineStep add:
                Assert.Equal(add.Machine, AddMachine(add.Zone, MachineStatus.Pending, add.Directive, add.Constraints, add.Series));
                Assign(add.Unit, add.Machine);
                break;
            case ReserveZoneStep reserve:
                Change(reserve.Machine, m => m with { Zone = reserve.Zone });
                break;
            case MoveOnStep move:
                Change(move.Machine, m => m with { Zone = move.To });
                break;
            case ClearZoneFailuresStep clear:
                Model = Model with { Zones = Model.Zones.RemoveRange(clear.Zones) };
                break;
            case RemoveMachineStep remove:
                Model = Model with { Machines = Model.Machines.Remove(remove.Machine) };
                break;
        }
    }

    /// <summary>Launches each pending machine that has a zone: in a zone without room it fails, and what Apply makes of that is done.</summary>
    public void Launch(params Zone[] full)
    {
        foreach (MachineRecord machine in Model.Machines.Values.Where(m => m is { Status: MachineStatus.Pending, Zone: not null }))
        {
            Zone zone = machine.Zone!.Value;
            bool fails = full.Contains(zone);
            LaunchAttempt attempt = new(
                (machine.Attempts.LastOrDefault()?.Number ?? 0) + 1, zone, "", fails ? LaunchOutcome.CapacityExhausted : LaunchOutcome.Launched, fails ? "no room" : "", Now, Now);
            Set(machine with
            {
                Zone = fails ? null : zone,
                Attempts = [.. machine.Attempts.TakeLast(MachineRecord.MostAttempts - 1), attempt],
                Status = fails ? MachineStatus.Pending : MachineStatus.Running,
                Message = attempt.Detail,
                Instance = fails ? null : new InstanceId($"i-{machine.Id}"),
            });
            if (fails)
            {
                Model = Model with { Zones = Model.Zones.SetItem(zone, new ZoneRecord(zone, false, Now + ModelLimits.ZoneFailureMilliseconds, attempt.Detail)) };
            }
        }
    }

    /// <summary>The wanted units in each zone that the provider lists, in the order of the sights; lost machines don't count.</summary>
    public int[] Spread(string service) =>
    [
        .. Sights.Select(s => Model.Units.Values.Count(u =>
            u.Name.Service.Name == service && u.Life == Life.Alive && u.Machine is { } m && Model.Machines[m] is { Status: not MachineStatus.Lost } at && at.Zone == s.Zone)),
    ];

    public MachineId[] MachinesIn(Zone zone) => [.. Model.Machines.Values.Where(m => m.Zone == zone).Select(m => m.Id)];

    public static string Text(Plan plan) =>
        string.Join('\n', plan.Steps.Select(s => s.ToString()).Concat(plan.Report.Decisions.Select(d =>
            $"{d.Unit} {d.Machine} {string.Join(',', d.Zones)} {string.Join(',', d.Machines)} {d.MachinesNotListed} {d.Chosen} {d.Awaits} {d.OthersAlike}"))
            .Append($"{plan.Report.Paused} {plan.Report.LookAgainAtMilliseconds} {plan.Report.IsCut}"));

    private void Assign(UnitName name, MachineId machine)
    {
        UnitRecord unit = Model.Units[name];
        Set(unit with
        {
            Machine = machine,
            Assignment = ++_assignments,
            Predecessor = unit.Machine is { } before ? new UnitPredecessor(before, unit.Assignment, Now) : null,
        });
    }
}
