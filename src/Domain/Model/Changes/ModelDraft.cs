using System.Collections.Immutable;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model.Changes;

/// <summary>The model while commands change it. The rules check first and change afterwards. Not thread-safe.</summary>
internal sealed class ModelDraft(ModelState model, long now)
{
    private readonly EventRing _events = new(model.Events, model.LastEvent);
    private readonly ImmutableArray<MachineId>.Builder _changedMachines = ImmutableArray.CreateBuilder<MachineId>();
    private readonly ImmutableArray<UnitName>.Builder _changedUnits = ImmutableArray.CreateBuilder<UnitName>();
    private UnitPlaces _places = model.Places;
    private ulong _environmentDigest;

    /// <summary>Replicated Unix time, in milliseconds.</summary>
    public long Timestamp => now;

    public EnvironmentSettings? Environment { get; private set; } = model.Environment;

    /// <summary>Why the whole environment waits; empty where it doesn't.</summary>
    public string Notice { get; private set; } = model.Notice;

    /// <summary>Whether a restore waits for an operator's word.</summary>
    public bool IsRestored { get; private set; } = model.IsRestored;

    /// <summary>Whether the command at hand changed what is told of the environment.</summary>
    public bool IsEnvironmentChanged { get; private set; }

    public RecordTable<MachineId, MachineRecord> Machines { get; } = new(model.Machines, machine => machine.Id, ModelHash.Of);

    public RecordTable<ServiceName, ServiceRecord> Services { get; } = new(model.Services, service => service.Name, ModelHash.Of);

    /// <summary>The units, to read; <see cref="SetUnit"/> and <see cref="RemoveUnit"/> change them.</summary>
    public RecordTable<UnitName, UnitRecord> Units { get; } = new(model.Units, unit => unit.Name, ModelHash.Of);

    public RecordTable<Zone, ZoneRecord> Zones { get; } = new(model.Zones, zone => zone.Zone, ModelHash.Of);

    /// <summary>The number of the machine that is added next.</summary>
#if PLANTED_CountMachinesThatStand
    public int NextMachine { get; private set; } = model.Machines.IsEmpty ? 0 : System.Linq.Enumerable.Last(model.Machines.Keys).Value + 1;
#else
    public int NextMachine { get; private set; } = model.NextMachine;
#endif

    public long LastAssignment { get; private set; } = model.LastAssignment;

    /// <summary>What the command at hand added, where that is its answer.</summary>
    public (int First, int Count)? Added { get; set; }

    /// <summary>Whether the command at hand changed anything.</summary>
    public bool IsChanged =>
        IsEnvironmentChanged || _events.HasOfCommand ||
        Machines.Changed.Count + Services.Changed.Count + Units.Changed.Count + Zones.Changed.Count > 0;

    /// <summary>Where the units are.</summary>
    public UnitPlaces Places => _places;

    /// <summary>The environment's settings, which all commands but the first one need.</summary>
    public EnvironmentSettings Settings =>
        Environment ?? throw new InvalidOperationException("a command needs an environment, and none was bootstrapped");

    public void SetEnvironment(EnvironmentSettings settings)
    {
        _environmentDigest += ModelHash.Of(settings) - (Environment is null ? 0 : ModelHash.Of(Environment));
        Environment = settings;
        IsEnvironmentChanged = true;
    }

    public void SetNotice(string notice)
    {
        Notice = notice;
        IsEnvironmentChanged = true;
    }

    public void SetRestored(bool isRestored)
    {
        IsRestored = isRestored;
        IsEnvironmentChanged = true;
    }

    /// <summary>A number for a new machine.</summary>
    public MachineId TakeMachineId()
    {
        var id = new MachineId(NextMachine);
        NextMachine = checked(NextMachine + 1);
        return id;
    }

    /// <summary>A number for a new assignment.</summary>
    public long TakeAssignment() => LastAssignment = checked(LastAssignment + 1);

    public void SetUnit(UnitRecord unit)
    {
        Units.TryGet(unit.Name, out var before);
        _places = _places.Change(before, unit);
        Units.Set(unit);
    }

    public void RemoveUnit(UnitName unit)
    {
        _places = _places.Change(Units.Get(unit), null);
        Units.Remove(unit);
    }

    /// <summary>Records an event.</summary>
    public void Tell(ModelEventKind kind, string subject, string text) => _events.Add(now, kind, subject, text);

    /// <summary>Makes ready for the next command.</summary>
    public void EndCommand()
    {
        _events.EndCommand(now);
        _changedMachines.AddRange(Machines.Changed);
        _changedUnits.AddRange(Units.Changed);
        IsEnvironmentChanged = false;
        Machines.Changed.Clear();
        Services.Changed.Clear();
        Units.Changed.Clear();
        Zones.Changed.Clear();
        Added = null;
    }

    public ModelState ToState() => new()
    {
        Environment = Environment,
        Machines = Machines.ToRecords(),
        Services = Services.ToRecords(),
        Units = Units.ToRecords(),
        Places = _places,
        Changes = model.Changes.Add(_changedMachines.ToImmutable(), _changedUnits.ToImmutable()),
        Zones = Zones.ToRecords(),
        NextMachine = NextMachine,
        LastAssignment = LastAssignment,
        Notice = Notice,
        IsRestored = IsRestored,
        Events = _events.ToEvents(),
        LastEvent = _events.Last,
        EntityDigest = model.EntityDigest + _environmentDigest + Machines.DigestChange + Services.DigestChange +
                       Units.DigestChange + Zones.DigestChange + _events.DigestChange,
    };
}
