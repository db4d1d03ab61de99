using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The model's records, as snapshots hold them: an array of each one's fields.</summary>
internal static class ModelRecordCodec
{
    private const int EnvironmentFields = 10;
    private const int MachineFields = 17;
    private const int AttemptFields = 7;
    private const int ServiceFields = 13;
    private const int UnitFields = 12;
    private const int PredecessorFields = 3;
    private const int ZoneFields = 4;
    private const int EventFields = 5;

    public static void Write(ref MessagePackWriter writer, EnvironmentSettings environment)
    {
        writer.WriteArrayHeader(EnvironmentFields);
        writer.Write(environment.Id.Value);
        writer.Write(environment.Name);
        writer.Write((int)environment.Type);
        writer.Write(environment.Region);
        WriteZones(ref writer, environment.ZoneFilter);
        writer.Write(environment.AvailabilitySetsEnabled);
        writer.Write(environment.DefaultSeries);
        ModelFieldCodec.Write(ref writer, environment.Constraints);
        WritePairs(ref writer, environment.Images);
        writer.Write(environment.ReplaceAfterSeconds);
    }

    public static EnvironmentSettings ReadEnvironment(ref FieldReader reader)
    {
        reader.Fields(EnvironmentFields, "an environment");
        var id = new EnvironmentId(reader.UInt64());
        var name = reader.Text();
        var type = (ProviderType)reader.Int32();
        var region = reader.Text();
        var zones = ReadZones(ref reader);
        var sets = reader.Boolean();
        var series = reader.Text();
        var constraints = ReadConstraints(ref reader);
        var images = ReadPairs(ref reader);
        return new EnvironmentSettings(
            id, name, type, region, zones, sets, series, constraints, images, reader.Int32());
    }

    public static void Write(ref MessagePackWriter writer, MachineRecord machine)
    {
        writer.WriteArrayHeader(MachineFields);
        writer.Write(machine.Id.Value);
        writer.Write(machine.Series);
        ModelFieldCodec.Write(ref writer, machine.Constraints);
        ModelFieldCodec.Write(ref writer, machine.Directive);
        if (machine.StateServer is { } member)
        {
            writer.Write(member.Value);
        }
        else
        {
            writer.WriteNil();
        }

        WriteOptional(ref writer, machine.Zone?.Name);
        writer.Write((int)machine.Life);
        writer.Write((int)machine.Status);
        writer.Write(machine.Message);
        WriteOptional(ref writer, machine.Instance?.Name);
        WriteOptional(ref writer, machine.Address);
        WriteOptional(ref writer, machine.AgentVersion);
        WriteList(ref writer, machine.Attempts, Write);
        writer.Write(machine.Cordoned);
        writer.Write(machine.Retries);
        writer.Write(machine.CreatedAtMilliseconds);
        writer.Write(machine.StatusSinceMilliseconds);
    }

    public static MachineRecord ReadMachine(ref FieldReader reader)
    {
        reader.Fields(MachineFields, "a machine");
        var id = new MachineId(reader.Int32());
        var series = reader.Text();
        var constraints = ReadConstraints(ref reader);
        var directive = ReadDirective(ref reader);
        NodeId? member = reader.TryNil() ? null : new NodeId(reader.UInt64());
        var zone = ModelFieldCodec.ReadZone(ref reader);
        var life = (Life)reader.Int32();
        var status = (MachineStatus)reader.Int32();
        var message = reader.Text();
        var instance = ReadInstance(ref reader);
        var address = ReadOptional(ref reader);
        var version = ReadOptional(ref reader);
        var attempts = ReadList(ref reader, ReadAttempt);
        var cordoned = reader.Boolean();
        var retries = reader.Int32();
        var created = reader.Int64();
        return new MachineRecord(
            id,
            series,
            constraints,
            directive,
            member,
            zone,
            life,
            status,
            message,
            instance,
            address,
            version,
            attempts,
            cordoned,
            retries,
            created,
            reader.Int64());
    }

    public static void Write(ref MessagePackWriter writer, ServiceRecord service)
    {
        writer.WriteArrayHeader(ServiceFields);
        writer.Write(service.Name.Name);
        writer.Write(service.Series);
        ModelFieldCodec.Write(ref writer, service.Constraints);
        WriteSet(ref writer, service.Command);
        WritePairs(ref writer, service.Environment);
        writer.Write(service.IsSingleton);
        writer.Write(service.MostSkew);
        writer.Write((int)service.WhenUnsatisfiable);
        writer.Write(service.IsExposed);
        WritePorts(ref writer, service.Ports);
        writer.Write((int)service.Life);
        writer.Write(service.NextUnit);
        writer.Write(service.CreatedAtMilliseconds);
    }

    public static ServiceRecord ReadService(ref FieldReader reader)
    {
        reader.Fields(ServiceFields, "a service");
        var name = new ServiceName(reader.Text());
        var series = reader.Text();
        var constraints = ReadConstraints(ref reader);
        var command = reader.Texts();
        var environment = ReadPairs(ref reader);
        var isSingleton = reader.Boolean();
        var mostSkew = reader.Int32();
        var when = (WhenUnsatisfiable)reader.Int32();
        var isExposed = reader.Boolean();
        var ports = ReadPorts(ref reader);
        var life = (Life)reader.Int32();
        var next = reader.Int32();
        return new ServiceRecord(
            name, series, constraints, command, environment, isSingleton, mostSkew, when, isExposed, ports, life, next, reader.Int64());
    }

    public static void Write(ref MessagePackWriter writer, UnitRecord unit)
    {
        writer.WriteArrayHeader(UnitFields);
        ModelFieldCodec.Write(ref writer, unit.Name);
        ModelFieldCodec.Write(ref writer, unit.Directive);
        WriteOptional(ref writer, unit.Machine?.Value);
        writer.Write(unit.Assignment);
        Write(ref writer, unit.Predecessor);
        writer.Write((int)unit.Life);
        writer.Write((int)unit.Status);
        writer.Write(unit.Message);
        WriteOptional(ref writer, unit.Address);
        writer.Write(unit.Restarts);
        writer.Write(unit.CreatedAtMilliseconds);
        writer.Write(unit.StatusSinceMilliseconds);
    }

    public static UnitRecord ReadUnit(ref FieldReader reader)
    {
        reader.Fields(UnitFields, "a unit");
        var name = ReadUnitName(ref reader);
        var directive = ReadDirective(ref reader);
        var machine = ModelFieldCodec.ReadMachine(ref reader);
        var assignment = reader.Int64();
        var predecessor = ReadPredecessor(ref reader);
        var life = (Life)reader.Int32();
        var status = (UnitStatus)reader.Int32();
        var message = reader.Text();
        var address = ReadOptional(ref reader);
        var restarts = reader.Int32();
        var created = reader.Int64();
        return new UnitRecord(
            name,
            directive,
            machine,
            assignment,
            predecessor,
            life,
            status,
            message,
            address,
            restarts,
            created,
            reader.Int64());
    }

    public static void Write(ref MessagePackWriter writer, ZoneRecord zone)
    {
        writer.WriteArrayHeader(ZoneFields);
        writer.Write(zone.Zone.Name);
        writer.Write(zone.Cordoned);
        writer.Write(zone.AvoidUntilMilliseconds);
        writer.Write(zone.Why);
    }

    public static ZoneRecord ReadZone(ref FieldReader reader)
    {
        reader.Fields(ZoneFields, "a zone");
        var zone = new Zone(reader.Text());
        var cordoned = reader.Boolean();
        var until = reader.Int64();
        return new ZoneRecord(zone, cordoned, until, reader.Text());
    }

    public static void Write(ref MessagePackWriter writer, ModelEvent told)
    {
        writer.WriteArrayHeader(EventFields);
        writer.Write(told.Number);
        writer.Write(told.AtMilliseconds);
        writer.Write((int)told.Kind);
        writer.Write(told.Subject);
        writer.Write(told.Text);
    }

    public static ModelEvent ReadEvent(ref FieldReader reader)
    {
        reader.Fields(EventFields, "an event");
        var number = reader.Int64();
        var at = reader.Int64();
        var kind = (ModelEventKind)reader.Int32();
        var subject = reader.Text();
        return new ModelEvent(number, at, kind, subject, reader.Text());
    }

    public static void WritePorts(ref MessagePackWriter writer, ImmutableSortedSet<int> ports)
    {
        writer.WriteArrayHeader(ports.Count);
        foreach (var port in ports)
        {
            writer.Write(port);
        }
    }

    public static ImmutableSortedSet<int> ReadPorts(ref FieldReader reader)
    {
        var ports = ImmutableSortedSet.CreateBuilder<int>();
        for (var left = reader.List(); left > 0; left--)
        {
            ports.Add(reader.Int32());
        }

        return ports.ToImmutable();
    }

    private static void Write(ref MessagePackWriter writer, LaunchAttempt attempt)
    {
        writer.WriteArrayHeader(AttemptFields);
        writer.Write(attempt.Number);
        writer.Write(attempt.Zone.Name);
        writer.Write(attempt.UserDataHash);
        writer.Write((int)attempt.Outcome);
        writer.Write(attempt.Detail);
        writer.Write(attempt.BegunAtMilliseconds);
        writer.Write(attempt.EndedAtMilliseconds);
    }

    private static LaunchAttempt ReadAttempt(ref FieldReader reader)
    {
        reader.Fields(AttemptFields, "a launch attempt");
        var number = reader.Int32();
        var zone = new Zone(reader.Text());
        var hash = reader.Text();
        var outcome = (LaunchOutcome)reader.Int32();
        var detail = reader.Text();
        var begun = reader.Int64();
        return new LaunchAttempt(number, zone, hash, outcome, detail, begun, reader.Int64());
    }

    private static void Write(ref MessagePackWriter writer, UnitPredecessor? predecessor)
    {
        if (predecessor is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(PredecessorFields);
        writer.Write(predecessor.Machine.Value);
        writer.Write(predecessor.Assignment);
        writer.Write(predecessor.LeftAtMilliseconds);
    }

    private static UnitPredecessor? ReadPredecessor(ref FieldReader reader)
    {
        if (reader.TryNil())
        {
            return null;
        }

        reader.Fields(PredecessorFields, "a predecessor");
        var machine = new MachineId(reader.Int32());
        var assignment = reader.Int64();
        return new UnitPredecessor(machine, assignment, reader.Int64());
    }
}
