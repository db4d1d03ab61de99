using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Indexing;

/// <summary>
/// A model, counted and sorted for planning: a decision then costs what the zones are, not what the machines and units are.
/// Made once, brought forward change by change by the loop that owns it; planning only reads it. Not thread-safe.
/// </summary>
public sealed class PlacementIndex
{
    private static readonly Occupants Nobody = new();
    private readonly Dictionary<MachineId, Occupants> _occupants = [];
    private readonly Dictionary<ServiceName, GroupIndex> _groups = [];
    private readonly SortedDictionary<WaitingKey, SortedSet<UnitName>> _waiting = [];
    private readonly Dictionary<Zone, SortedSet<MachineId>> _clean = [];
    private readonly ZoneCount _machines = new();
    private readonly ZoneCount _running = new();
    private readonly ZoneCount _stateServers = new();

    private PlacementIndex()
    {
    }

    /// <summary>The model it stands for.</summary>
    public ModelState Model { get; private set; } = ModelState.Empty;

    /// <summary>The machines that wait for a launch, by number.</summary>
    internal SortedSet<MachineId> Pending { get; } = [];

    /// <summary>The machines launched whose agent was not heard yet, by number.</summary>
    internal SortedSet<MachineId> Starting { get; } = [];

    /// <summary>The machines committed as lost, by number.</summary>
    internal SortedSet<MachineId> Lost { get; } = [];

    /// <summary>The machines that are to go, by number.</summary>
    internal SortedSet<MachineId> Dying { get; } = [];

    /// <summary>The lost and dying machines with wanted units on them, by number.</summary>
    internal SortedSet<MachineId> Displacing { get; } = [];

    /// <summary>The units that wait for a place, those of one fate together.</summary>
    internal IEnumerable<KeyValuePair<WaitingKey, SortedSet<UnitName>>> Waiting => _waiting;

    /// <summary>How many machines run with an agent, in all.</summary>
    internal int Running => _running.All;

    /// <summary>Counts a model from the beginning: linear in its machines and units.</summary>
    public static PlacementIndex Of(ModelState model)
    {
        PlacementIndex index = new();
        index.Advance(model, new ModelChanges([.. model.Machines.Keys], [.. model.Units.Keys]));
        return index;
    }

    /// <summary>Brings it to another model, finding the changes itself.</summary>
    public void Advance(ModelState next) => Advance(next, ModelChanges.Between(Model, next));

    /// <summary>Brings it to another model: costs what changed, with the units on machines that changed.</summary>
    /// <param name="next">The model to stand for.</param>
    /// <param name="changes">All machines and units that differ from the model it stands for now.</param>
    public void Advance(ModelState next, ModelChanges changes)
    {
        HashSet<UnitName> units = [.. changes.Units];
        HashSet<MachineId> machines = [.. changes.Machines];
        foreach (MachineId machine in changes.Machines)
        {
            units.UnionWith(On(machine).Units);
        }

        UnitRecord[] before = Records(Model, units);
        UnitRecord[] after = Records(next, units);
        foreach (UnitRecord unit in before.Concat(after))
        {
            _ = unit.Machine is { } machine && machines.Add(machine);
            _ = unit.Predecessor is { } predecessor && machines.Add(predecessor.Machine);
        }

        Array.ForEach(before, Withdraw);
        foreach (MachineId machine in machines)
        {
            Withdraw(machine);
        }

        Model = next;
        Array.ForEach(after, Enter);
        foreach (MachineId machine in machines)
        {
            Enter(machine);
        }
    }

    /// <summary>Who is on a machine.</summary>
    internal Occupants On(MachineId machine) => _occupants.GetValueOrDefault(machine, Nobody);

    /// <summary>A service's units by zone; null where it has none.</summary>
    internal GroupIndex? Group(ServiceName service) => _groups.GetValueOrDefault(service);

    /// <summary>The clean machines of a zone by number; null where there are none.</summary>
    internal SortedSet<MachineId>? CleanIn(Zone zone) => _clean.GetValueOrDefault(zone);

    /// <summary>All machines that stand in a zone or have it reserved.</summary>
    internal int MachinesIn(Zone zone) => _machines.In(zone);

    /// <summary>The machines with an agent in a zone.</summary>
    internal int RunningIn(Zone zone) => _running.In(zone);

    /// <summary>The state servers' machines that stand in a zone or have it reserved.</summary>
    internal int StateServersIn(Zone zone) => _stateServers.In(zone);

    /// <summary>Whether an agent reports from a machine: state servers' machines have none.</summary>
    internal static bool HasRunningAgent(MachineRecord machine) => machine is { Status: MachineStatus.Running, StateServer: null };

    /// <summary>Whether a machine and what is on it count where populations are taken.</summary>
    internal static bool Counts(MachineRecord machine) =>
        machine.Life == Life.Alive && machine.Status is not (MachineStatus.Lost or MachineStatus.Terminating);

    /// <summary>Whether an empty machine may take whatever unit it suits.</summary>
    private bool IsClean(MachineRecord machine) =>
        machine is { Life: Life.Alive, Status: MachineStatus.Running, Cordoned: false, StateServer: null, Zone: not null } && On(machine.Id).IsEmpty;

    /// <summary>The zone that a unit counts in; null where it counts in none.</summary>
    private Zone? ZoneOf(UnitRecord unit) =>
        unit.Machine is { } id && Model.Machines.TryGetValue(id, out MachineRecord? machine) && Counts(machine) ? machine.Zone : null;

    private static UnitRecord[] Records(ModelState model, HashSet<UnitName> units) =>
        [.. units.Select(u => model.Units.GetValueOrDefault(u)).OfType<UnitRecord>()];

    private void Withdraw(UnitRecord unit)
    {
        if (unit.Life == Life.Alive)
        {
            _groups[unit.Name.Service].Remove(ZoneOf(unit), unit.Name.Number);
            if (unit.Machine is null)
            {
                WaitingKey key = new(unit.Name.Service, unit.Directive);
                SortedSet<UnitName> alike = _waiting[key];
                alike.Remove(unit.Name);
                _ = alike.Count == 0 && _waiting.Remove(key);
            }
        }

        _ = unit.Machine is { } machine && OccupantsOf(machine).Units.Remove(unit.Name);
        _ = unit.Predecessor is { } predecessor && OccupantsOf(predecessor.Machine).Leaving.Remove(unit.Name);
    }

    private void Enter(UnitRecord unit)
    {
        if (unit.Life == Life.Alive)
        {
            (_groups.TryGetValue(unit.Name.Service, out GroupIndex? group) ? group : _groups[unit.Name.Service] = new()).Add(ZoneOf(unit), unit.Name.Number);
            if (unit.Machine is null)
            {
                WaitingKey key = new(unit.Name.Service, unit.Directive);
                (_waiting.TryGetValue(key, out SortedSet<UnitName>? alike) ? alike : _waiting[key] = []).Add(unit.Name);
            }
        }

        _ = unit.Machine is { } machine && OccupantsOf(machine).Units.Add(unit.Name);
        _ = unit.Predecessor is { } predecessor && OccupantsOf(predecessor.Machine).Leaving.Add(unit.Name);
    }

    private Occupants OccupantsOf(MachineId machine) => _occupants.TryGetValue(machine, out Occupants? occupants) ? occupants : _occupants[machine] = new();

    private void Withdraw(MachineId id)
    {
        Pending.Remove(id);
        Starting.Remove(id);
        Lost.Remove(id);
        Dying.Remove(id);
        Displacing.Remove(id);
        if (Model.Machines.TryGetValue(id, out MachineRecord? machine))
        {
            Count(machine, -1);
            if (machine.Zone is { } zone && _clean.TryGetValue(zone, out SortedSet<MachineId>? clean))
            {
                clean.Remove(id);
            }
        }
    }

    private void Enter(MachineId id)
    {
        if (On(id).IsEmpty)
        {
            _occupants.Remove(id);
        }

        if (!Model.Machines.TryGetValue(id, out MachineRecord? machine))
        {
            return;
        }

        Count(machine, +1);
        _ = machine is { Life: Life.Alive, Status: MachineStatus.Pending } && Pending.Add(id);
        _ = machine.Status == MachineStatus.Starting && Starting.Add(id);
        _ = machine.Status == MachineStatus.Lost && Lost.Add(id);
        _ = machine.Life == Life.Dying && Dying.Add(id);
        _ = !Counts(machine) && On(id).Units.Any(u => Model.Units[u].Life == Life.Alive) && Displacing.Add(id);
        if (IsClean(machine) && machine.Zone is { } zone)
        {
            (_clean.TryGetValue(zone, out SortedSet<MachineId>? clean) ? clean : _clean[zone] = []).Add(id);
        }
    }

    private void Count(MachineRecord machine, int by)
    {
        if (HasRunningAgent(machine))
        {
            _running.Add(machine.Zone, by);
        }

        if (Counts(machine))
        {
            _machines.Add(machine.Zone, by);
            _stateServers.Add(machine.Zone, machine.StateServer is null ? 0 : by);
        }
    }
}
