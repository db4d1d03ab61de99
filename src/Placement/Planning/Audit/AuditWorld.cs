using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Planning.Audit;

/// <summary>
/// The model as an audited plan changes it, counted anew: of services, those that the plan places, when it first does; of machines,
/// those that it names.
/// </summary>
internal sealed class AuditWorld
{
    private readonly Dictionary<ServiceName, Dictionary<Zone, int>> _units = [];
    private readonly Dictionary<MachineId, List<UnitName>> _on = [];
    private readonly HashSet<MachineId> _left = [];
    private readonly Dictionary<Zone, long> _avoid = [];
    private readonly HashSet<Zone> _silentZones = [];
    private Dictionary<Zone, int>? _stateServers;

    public AuditWorld(PlanningInput input)
    {
        Input = input;
        (Machines, Units, NextMachine) = (input.Model.Machines, input.Model.Units, input.Model.NextMachine);
        foreach (ZoneSight sight in input.Zones)
        {
            _avoid[sight.Zone] = Math.Max(sight.ExhaustedUntilMilliseconds, input.Model.Zones.GetValueOrDefault(sight.Zone)?.AvoidUntilMilliseconds ?? 0);
        }

        (TooManyAreSilent, Zone? failed) = JudgeSilence();
        if (failed is { } zoneOfSilence)
        {
            _silentZones.Add(zoneOfSilence);
        }

        AddZonesSilentSince();
    }

    public PlanningInput Input { get; }

    public ImmutableSortedDictionary<MachineId, MachineRecord> Machines { get; private set; }

    public ImmutableSortedDictionary<UnitName, UnitRecord> Units { get; private set; }

    public int NextMachine { get; private set; }

    public bool TooManyAreSilent { get; }

    public bool SetsEnabled => Input.Model.Environment?.AvailabilitySetsEnabled ?? false;

    public long ReplaceAfterMilliseconds => (Input.Model.Environment?.ReplaceAfterSeconds ?? 0) * 1000L;

    public ServiceRecord? ServiceOf(UnitName unit) => Input.Model.Services.GetValueOrDefault(unit.Service);

    public ServiceRecord[] ServicesOn(MachineId machine) =>
        [.. WantedOn(machine).Select(u => ServiceOf(u)).OfType<ServiceRecord>().Distinct()];

    public bool HasRoom(Zone zone) => _avoid.GetValueOrDefault(zone) <= Input.NowMilliseconds;

    public bool IsOccupied(MachineId machine, bool evenByThoseLeaving) =>
        On(machine).Count > 0 || evenByThoseLeaving && (_left.Contains(machine) || !Input.Model.UnitsThatLeft(machine).IsEmpty);

    /// <summary>Whether a zone is allowed, room or not.</summary>
    public bool MayUse(Zone zone, Constraints constraints, Zone? directed)
    {
        bool listed = Input.Zones.Any(s => s.Zone == zone && s.IsUsable) && !_silentZones.Contains(zone);
        bool cordoned = Input.Model.Zones.TryGetValue(zone, out ZoneRecord? record) && record.Cordoned;
        bool filtered = Input.Model.Environment is { ZoneFilter.IsEmpty: false } settings && !settings.ZoneFilter.Contains(zone);
        bool constrained = !constraints.Zones.IsEmpty && !constraints.Zones.Contains(zone);
        return listed && !cordoned && !filtered && !constrained && (directed is null || directed == zone);
    }

    /// <summary>Why a group may not put one more into a zone; null where it may.</summary>
    public string? ZoneError(Zone zone, ServiceRecord[] services, bool isStateServer, Constraints constraints, Zone? directed)
    {
        if (!MayUse(zone, constraints, directed))
        {
            return "the zone may not be used";
        }

        if (!HasRoom(zone))
        {
            return "the zone has no room";
        }

        Zone[] allowed = [.. Input.Zones.Select(s => s.Zone).Where(z => MayUse(z, constraints, directed))];
        ServiceRecord[] held = directed is null ? [.. services.Where(s => s.WhenUnsatisfiable == WhenUnsatisfiable.Refuse)] : [];
        bool Holds(Zone candidate) =>
            held.All(s => In(s, candidate) + 1 - allowed.Min(z => In(s, z)) <= s.MostSkew);
        if (!Holds(zone))
        {
            return "the skew would be too great";
        }

        int Group(Zone candidate) => isStateServer ? StateServers().GetValueOrDefault(candidate) : services.Sum(s => In(s, candidate));
        Zone? emptier = allowed.Where(z => HasRoom(z) && Holds(z) && Group(z) < Group(zone)).Select(z => (Zone?)z).FirstOrDefault();
        return emptier is null ? null : $"zone {emptier} has fewer of the group";
    }

    /// <summary>Why a machine isn't one that a unit may take without an operator's word.</summary>
    public string? CleanError(MachineRecord machine, ServiceRecord service)
    {
        AgentContact contact = Input.Contact;
        Constraints has = machine.Constraints;
        Constraints asked = service.Constraints;
        return machine.Status != MachineStatus.Running || contact.SilentForMilliseconds.ContainsKey(machine.Id) || contact.InstancesGone.Contains(machine.Id)
                ? "the machine isn't in contact"
            : machine.StateServer is not null || Input.Members.Any(m => m.Machine == machine.Id) ? "the machine is a state server"
            : IsOccupied(machine.Id, evenByThoseLeaving: true) ? "the machine isn't empty"
            : SetsEnabled ? "the machine is in no availability set"
            : (asked.Arch ?? has.Arch) == has.Arch && (asked.InstanceType ?? has.InstanceType) == has.InstanceType && asked.Tags.IsSubsetOf(has.Tags)
                && (asked.CpuCores ?? 0) <= (has.CpuCores ?? 0) && (asked.CpuPower ?? 0) <= (has.CpuPower ?? 0)
                && (asked.MemoryMiB ?? 0) <= (has.MemoryMiB ?? 0) && (asked.RootDiskMiB ?? 0) <= (has.RootDiskMiB ?? 0)
                ? null
            : "the machine doesn't offer what the service asks for";
    }

    /// <summary>A machine gives up its zone.</summary>
    public void Leave(MachineId machine) => Change(Machines[machine] with { Zone = null });

    public void Apply(PlanStep step)
    {
        switch (step)
        {
            case DeclareMachineLostStep lost when Machines.TryGetValue(lost.Machine, out MachineRecord? machine):
                Change(machine with { Status = MachineStatus.Lost });
                break;
            case AssignUnitStep assign:
                Assign(assign.Unit, assign.Machine);
                break;
            case AddMachineStep add:
                Machines = Machines.SetItem(add.Machine, new MachineRecord(
                    add.Machine, add.Series, add.Constraints, add.Directive, null, add.Zone, Life.Alive, MachineStatus.Pending, "", null, null, null, [], false, 0, 0, 0));
                NextMachine = add.Machine.Value + 1;
                Assign(add.Unit, add.Machine);
                break;
            case ReserveZoneStep reserve when Machines.TryGetValue(reserve.Machine, out MachineRecord? machine):
                Change(machine with { Zone = reserve.Zone });
                break;
            case MoveOnStep move when Machines.TryGetValue(move.Machine, out MachineRecord? machine):
                Change(machine with { Zone = move.To });
                break;
            case ClearZoneFailuresStep clear:
                foreach (Zone zone in clear.Zones)
                {
                    _avoid[zone] = 0;
                }

                break;
            case RemoveMachineStep remove when Machines.TryGetValue(remove.Machine, out MachineRecord? machine):
                Change(machine with { Status = MachineStatus.Terminating });
                break;
        }
    }

    private int In(ServiceRecord service, Zone zone) => CountsOf(service.Name).GetValueOrDefault(zone);

    /// <summary>A service's units by zone, as they are now; kept up to date from its first use on.</summary>
    private Dictionary<Zone, int> CountsOf(ServiceName service)
    {
        if (!_units.TryGetValue(service, out Dictionary<Zone, int>? counts))
        {
            _units.Add(service, counts = []);
            foreach (UnitName unit in Input.Model.UnitsOf(service))
            {
                Tally(Units[unit], +1);
            }
        }

        return counts;
    }

    /// <summary>The state servers by zone, as they are now; kept up to date from its first use on.</summary>
    private Dictionary<Zone, int> StateServers()
    {
        if (_stateServers is { } known)
        {
            return known;
        }

        _stateServers = [];
        foreach (MachineRecord machine in Machines.Values)
        {
            Tally(machine, +1);
        }

        foreach (MemberSight member in Input.Members)
        {
            if (member.Zone is { } zone && (member.Machine is not { } id || Machines.GetValueOrDefault(id)?.StateServer is null))
            {
                _stateServers[zone] = _stateServers.GetValueOrDefault(zone) + 1;
            }
        }

        return _stateServers;
    }

    private List<UnitName> On(MachineId machine) =>
        _on.TryGetValue(machine, out List<UnitName>? units) ? units : _on[machine] = [.. Input.Model.UnitsOn(machine)];

    private IEnumerable<UnitName> WantedOn(MachineId machine) => On(machine).Where(u => Units[u].Life == Life.Alive);

    private void Assign(UnitName name, MachineId machine)
    {
        if (!Units.TryGetValue(name, out UnitRecord? unit))
        {
            return;
        }

        if (unit.Machine is { } before)
        {
            Tally(unit, -1);
            On(before).Remove(name);
            _left.Add(before);
        }

        unit = unit with { Machine = machine };
        Units = Units.SetItem(name, unit);
        On(machine).Add(name);
        Tally(unit, +1);
    }

    /// <summary>Changes a machine, and with it where its units count.</summary>
    private void Change(MachineRecord machine)
    {
        foreach (UnitName unit in WantedOn(machine.Id))
        {
            Tally(Units[unit], -1);
        }

        Tally(Machines[machine.Id], -1);
        Machines = Machines.SetItem(machine.Id, machine);
        Tally(machine, +1);
        foreach (UnitName unit in WantedOn(machine.Id))
        {
            Tally(Units[unit], +1);
        }
    }

    private void Tally(UnitRecord unit, int by)
    {
        if (_units.TryGetValue(unit.Name.Service, out Dictionary<Zone, int>? counts) && unit is { Life: Life.Alive, Machine: { } id }
            && Machines.TryGetValue(id, out MachineRecord? machine) && Stands(machine) is { } zone)
        {
            counts[zone] = counts.GetValueOrDefault(zone) + by;
        }
    }

    private void Tally(MachineRecord machine, int by)
    {
        if (_stateServers is { } counts && machine.StateServer is not null && Stands(machine) is { } zone)
        {
            counts[zone] = counts.GetValueOrDefault(zone) + by;
        }
    }

    private static Zone? Stands(MachineRecord machine) =>
        machine.Life == Life.Dying || machine.Status is MachineStatus.Lost or MachineStatus.Terminating ? null : machine.Zone;

    /// <summary>Zones with machines lost to silence a short while ago, and with no agent that is heard.</summary>
    private void AddZonesSilentSince()
    {
        MachineRecord[] lost =
        [
            .. Machines.Values.Where(m => m.Status == MachineStatus.Lost && !Input.Contact.InstancesGone.Contains(m.Id)
                && m.StatusSinceMilliseconds > Input.NowMilliseconds - PlanningLimits.CapacityMemoryMilliseconds),
        ];
        foreach (IGrouping<Zone?, MachineRecord> zone in lost.GroupBy(m => m.Zone).Where(z => z.Key is not null && z.Count() >= PlanningLimits.FewestSilentThatAreMany))
        {
            bool heard = Machines.Values.Any(m => m.Zone == zone.Key && m.Status == MachineStatus.Running && m.StateServer is null && !Input.Contact.SilentForMilliseconds.ContainsKey(m.Id));
            _ = !heard && _silentZones.Add(zone.Key!.Value);
        }
    }

    private (bool TooMany, Zone? Failed) JudgeSilence()
    {
        AgentContact contact = Input.Contact;
        if (contact.SilentForMilliseconds.Count < PlanningLimits.FewestSilentThatAreMany)
        {
            return (false, null);
        }

        MachineRecord[] agents = [.. Machines.Values.Where(m => m.Status == MachineStatus.Running && m.StateServer is null && !contact.InstancesGone.Contains(m.Id))];
        ILookup<bool, MachineRecord> split = agents.ToLookup(m => contact.SilentForMilliseconds.GetValueOrDefault(m.Id) * 2 >= Math.Max(2, ReplaceAfterMilliseconds));
        MachineRecord[] silent = [.. split[true].Where(m => !Input.Zones.Any(s => s.Zone == m.Zone && !s.IsUsable))];
        if (silent.Length < PlanningLimits.FewestSilentThatAreMany || silent.Length <= agents.Length / 3.0)
        {
            return (false, null);
        }

        Zone? zone = silent[0].Zone;
        bool zoneFailed = zone is not null && Array.TrueForAll(silent, m => m.Zone == zone)
            && split[false].Any() && split[false].All(m => m.Zone != zone);
        return zoneFailed ? (false, zone) : (true, null);
    }
}
