using System.Collections.Immutable;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Consensus.Codec;

/// <summary>The model's blocks of a state snapshot: written in the order of their tags, gathered while they are read. Not thread-safe.</summary>
internal sealed class ModelSnapshot
{
    private readonly ImmutableSortedDictionary<MachineId, MachineRecord>.Builder _machines =
        ImmutableSortedDictionary.CreateBuilder<MachineId, MachineRecord>();

    private readonly ImmutableSortedDictionary<ServiceName, ServiceRecord>.Builder _services =
        ImmutableSortedDictionary.CreateBuilder<ServiceName, ServiceRecord>();

    private readonly ImmutableSortedDictionary<UnitName, UnitRecord>.Builder _units =
        ImmutableSortedDictionary.CreateBuilder<UnitName, UnitRecord>();

    private readonly ImmutableSortedDictionary<Zone, ZoneRecord>.Builder _zones =
        ImmutableSortedDictionary.CreateBuilder<Zone, ZoneRecord>();

    private readonly ImmutableList<ModelEvent>.Builder _events = ImmutableList.CreateBuilder<ModelEvent>();
    private EnvironmentSettings? _environment;

    public static void Write(SnapshotBlockWriter blocks, ModelState model)
    {
        if (model.Environment is { } environment)
        {
            blocks.Add(SnapshotBlockTag.Environment, environment, ModelRecordCodec.Write);
        }

        foreach (var machine in model.Machines.Values)
        {
            blocks.Add(SnapshotBlockTag.Machines, machine, ModelRecordCodec.Write);
        }

        foreach (var service in model.Services.Values)
        {
            blocks.Add(SnapshotBlockTag.Services, service, ModelRecordCodec.Write);
        }

        foreach (var unit in model.Units.Values)
        {
            blocks.Add(SnapshotBlockTag.Units, unit, ModelRecordCodec.Write);
        }

        foreach (var zone in model.Zones.Values)
        {
            blocks.Add(SnapshotBlockTag.Zones, zone, ModelRecordCodec.Write);
        }

        foreach (var told in model.Events)
        {
            blocks.Add(SnapshotBlockTag.ModelEvents, told, ModelRecordCodec.Write);
        }
    }

    /// <summary>Reads one item of a block; false where the block isn't the model's.</summary>
    public bool TryRead(ref FieldReader reader, SnapshotBlockTag tag)
    {
        switch (tag)
        {
            case SnapshotBlockTag.Environment when _environment is null:
                _environment = ModelRecordCodec.ReadEnvironment(ref reader);
                return true;
            case SnapshotBlockTag.Machines:
                var machine = ModelRecordCodec.ReadMachine(ref reader);
                _machines.Add(machine.Id, machine);
                return true;
            case SnapshotBlockTag.Services:
                var service = ModelRecordCodec.ReadService(ref reader);
                _services.Add(service.Name, service);
                return true;
            case SnapshotBlockTag.Units:
                var unit = ModelRecordCodec.ReadUnit(ref reader);
                _units.Add(unit.Name, unit);
                return true;
            case SnapshotBlockTag.Zones:
                var zone = ModelRecordCodec.ReadZone(ref reader);
                _zones.Add(zone.Zone, zone);
                return true;
            case SnapshotBlockTag.ModelEvents:
                _events.Add(ModelRecordCodec.ReadEvent(ref reader));
                return true;
            default:
                return false;
        }
    }

    /// <summary>What was read; its sum of hashes is computed anew, and so checked.</summary>
    public ModelState ToModel(SnapshotHeader header)
    {
        var model = new ModelState
        {
            Environment = _environment,
            Machines = _machines.ToImmutable(),
            Services = _services.ToImmutable(),
            Units = _units.ToImmutable(),
            Zones = _zones.ToImmutable(),
            Events = _events.ToImmutable(),
            NextMachine = header.NextMachine,
            LastAssignment = header.LastAssignment,
            LastEvent = header.LastEvent,
            Notice = header.Notice,
            IsRestored = header.IsRestored,
        };
        return model with { EntityDigest = ModelHash.OfRecords(model) };
    }
}
