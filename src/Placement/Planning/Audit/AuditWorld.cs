using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Planning.Audit;

/// <summary>The model as an audited plan changes it, counted anew.</summary>
internal sealed class AuditWorld
{
    private readonly Dictionary<(ServiceName, Zone), int> _units = [];
    private readonly Dictionary<Zone, int> _stateServers = [];
    private readonly Dictionary<MachineId, List<UnitName>> _on = [];
    private readonly HashSet<MachineId> _left = [];
    private readonly Dictionary<Zone, long> _avoid = [];
    private readonly HashSet<Zone> _silentZones = [];

    public AuditWorld(PlanningInput input)
    {
        Input = input;
        (Machines, Units, NextMachine) = (input.Model.Machines, input.Model.Units, input.Model.NextMachine);
        foreach (UnitRecord unit in Units.Values)
        {
            if (unit.Machine is { } machine)
            {
                (_on.TryGetValue(machine, out List<UnitName>? list) ? list : _on[machine] = []).Add(unit.Name);
                Tally(unit, +1);
            }

            _ = unit.Predecessor is { } left && _left.Add(left.Machine);
        }

        foreach (MachineRecord machine in Machines.Values.Where(m => m.StateServer is not null))
        {
            Tally(machine, +1);
        }

        foreach (MemberSight member in input.Members)
        {
            if (member.Zone is { } zone && (member.Machine is not { } id || Machines.GetValueOrDefault(id)?.StateServer is null))
            {
                _stateServers[zone] = _stateServers.GetValueOrDefault(zone) + 1;
            }
        }

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

    public void Avoid(Zone zone, long until) => _avoid[zone] = Math.Max(_avoid.GetValueOrDefault(zone), until);

    public bool IsOccupied(MachineId machine, bool evenByThoseLeaving) =>
        _on.TryGetValue(machine, out List<UnitName>? units) && units.Count > 0 || evenByThoseLeaving && _left.Contains(machine);

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

        int Group(Zone candidate) => isStateServer ? _stateServers.GetValueOrDefault(candidate) : services.Sum(s => In(s, candidate));
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
                Avoid(move.From, move.AvoidUntilMilliseconds);
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

    private int In(ServiceRecord service, Zone zone) => _units.GetValueOrDefault((service.Name, zone));

    private IEnumerable<UnitName> WantedOn(MachineId machine) =>
        _on.TryGetValue(machine, out List<UnitName>? units) ? units.Where(u => Units[u].Life == Life.Alive) : [];

    private void Assign(UnitName name, MachineId machine)
    {
        if (!Units.TryGetValue(name, out UnitRecord? unit))
        {
            return;
        }

        if (unit.Machine is { } before)
        {
            Tally(unit, -1);
            _on[before].Remove(name);
            _left.Add(before);
        }

        unit = unit with { Machine = machine };
        Units = Units.SetItem(name, unit);
        (_on.TryGetValue(machine, out List<UnitName>? list) ? list : _on[machine] = []).Add(name);
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
        if (unit.Life == Life.Alive && Machines.TryGetValue(unit.Machine!.Value, out MachineRecord? machine) && Stands(machine) is { } zone)
        {
            _units[(unit.Name.Service, zone)] = _units.GetValueOrDefault((unit.Name.Service, zone)) + by;
        }
    }

    private void Tally(MachineRecord machine, int by)
    {
        if (machine.StateServer is not null && Stands(machine) is { } zone)
        {
            _stateServers[zone] = _stateServers.GetValueOrDefault(zone) + by;
        }
    }

    private static Zone? Stands(MachineRecord machine) =>
        machine.Life == Life.Dying || machine.Status is MachineStatus.Lost or MachineStatus.Terminating ? null : machine.Zone;

    /// <summary>Zones with machines lost to silence a short while ago, and with no agent that is heard.</summary>
    private void AddZonesSilentSince()
    {
        foreach (IGrouping<Zone?, MachineRecord> zone in Machines.Values.GroupBy(m => m.Zone).Where(z => z.Key is not null))
        {
            int lost = zone.Count(m => m.Status == MachineStatus.Lost && !Input.Contact.InstancesGone.Contains(m.Id)
                && m.StatusSinceMilliseconds > Input.NowMilliseconds - PlanningLimits.CapacityMemoryMilliseconds);
            bool heard = zone.Any(m => m.Status == MachineStatus.Running && m.StateServer is null && !Input.Contact.SilentForMilliseconds.ContainsKey(m.Id));
            _ = lost >= PlanningLimits.FewestSilentThatAreMany && !heard && _silentZones.Add(zone.Key!.Value);
        }
    }

    private (bool TooMany, Zone? Failed) JudgeSilence()
    {
        AgentContact contact = Input.Contact;
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
