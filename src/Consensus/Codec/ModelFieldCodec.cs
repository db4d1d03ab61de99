using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Consensus.Codec;

/// <summary>What the model's commands and records have in common. What may be missing is nil.</summary>
internal static class ModelFieldCodec
{
    private const int ConstraintsFields = 8;
    private const int DirectiveFields = 2;
    private const int UnitNameFields = 2;

    /// <summary>Encodes one item of a list.</summary>
    public delegate void ItemWriter<in T>(ref MessagePackWriter writer, T item);

    /// <summary>Decodes one item of a list.</summary>
    public delegate T ItemReader<out T>(ref FieldReader reader);

    public static void WriteList<T>(ref MessagePackWriter writer, ImmutableArray<T> items, ItemWriter<T> write)
    {
        if (items.IsDefault)
        {
            items = [];
        }

        writer.WriteArrayHeader(items.Length);
        foreach (var item in items)
        {
            write(ref writer, item);
        }
    }

    public static ImmutableArray<T> ReadList<T>(ref FieldReader reader, ItemReader<T> read)
    {
        var count = reader.List();
        var items = ImmutableArray.CreateBuilder<T>();
        for (var i = 0; i < count; i++)
        {
            items.Add(read(ref reader));
        }

        return items.DrainToImmutable();
    }

    public static void WriteSet(ref MessagePackWriter writer, IReadOnlyCollection<string> texts)
    {
        writer.WriteArrayHeader(texts.Count);
        foreach (var text in texts)
        {
            writer.Write(text);
        }
    }

    public static void WriteZones(ref MessagePackWriter writer, ImmutableSortedSet<Zone> zones)
    {
        writer.WriteArrayHeader(zones.Count);
        foreach (var zone in zones)
        {
            writer.Write(zone.Name);
        }
    }

    public static ImmutableSortedSet<Zone> ReadZones(ref FieldReader reader) =>
        reader.Texts().Select(name => new Zone(name)).ToImmutableSortedSet();

    public static void WritePairs(ref MessagePackWriter writer, ImmutableSortedDictionary<string, string> pairs)
    {
        writer.WriteArrayHeader(pairs.Count * 2);
        foreach (var (name, value) in pairs)
        {
            writer.Write(name);
            writer.Write(value);
        }
    }

    public static ImmutableSortedDictionary<string, string> ReadPairs(ref FieldReader reader)
    {
        var texts = reader.Texts();
        if (texts.Length % 2 != 0)
        {
            throw new InvalidDataException("a name has no value");
        }

        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < texts.Length; i += 2)
        {
            pairs.Add(texts[i], texts[i + 1]);
        }

        return pairs.ToImmutable();
    }

    public static void WriteOptional(ref MessagePackWriter writer, string? text)
    {
        if (text is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.Write(text);
        }
    }

    public static string? ReadOptional(ref FieldReader reader) => reader.TryNil() ? null : reader.Text();

    public static void WriteOptional(ref MessagePackWriter writer, long? number)
    {
        if (number is { } known)
        {
            writer.Write(known);
        }
        else
        {
            writer.WriteNil();
        }
    }

    public static long? ReadNumber(ref FieldReader reader) => reader.TryNil() ? null : reader.Int64();

    public static Zone? ReadZone(ref FieldReader reader) => reader.TryNil() ? null : new Zone(reader.Text());

    public static InstanceId? ReadInstance(ref FieldReader reader) => reader.TryNil() ? null : new InstanceId(reader.Text());

    public static MachineId? ReadMachine(ref FieldReader reader) => reader.TryNil() ? null : new MachineId(reader.Int32());

    public static void Write(ref MessagePackWriter writer, Constraints constraints)
    {
        writer.WriteArrayHeader(ConstraintsFields);
        WriteOptional(ref writer, constraints.Arch);
        WriteOptional(ref writer, constraints.CpuCores);
        WriteOptional(ref writer, constraints.CpuPower);
        WriteOptional(ref writer, constraints.MemoryMiB);
        WriteOptional(ref writer, constraints.RootDiskMiB);
        WriteOptional(ref writer, constraints.InstanceType);
        WriteSet(ref writer, constraints.Tags);
        WriteZones(ref writer, constraints.Zones);
    }

    public static Constraints ReadConstraints(ref FieldReader reader)
    {
        reader.Fields(ConstraintsFields, "constraints");
        var arch = ReadOptional(ref reader);
        var cores = ReadNumber(ref reader);
        var power = ReadNumber(ref reader);
        var memory = ReadNumber(ref reader);
        var disk = ReadNumber(ref reader);
        var type = ReadOptional(ref reader);
        var tags = reader.Texts().ToImmutableSortedSet(StringComparer.Ordinal);
        return new Constraints(arch, checked((int?)cores), checked((int?)power), memory, disk, type, tags, ReadZones(ref reader));
    }

    public static void Write(ref MessagePackWriter writer, PlacementDirective directive)
    {
        writer.WriteArrayHeader(DirectiveFields);
        WriteOptional(ref writer, directive.Zone?.Name);
        WriteOptional(ref writer, directive.Machine?.Value);
    }

    public static PlacementDirective ReadDirective(ref FieldReader reader)
    {
        reader.Fields(DirectiveFields, "a placement directive");
        var zone = ReadZone(ref reader);
        return new PlacementDirective(zone, ReadMachine(ref reader));
    }

    public static void Write(ref MessagePackWriter writer, UnitName unit)
    {
        writer.WriteArrayHeader(UnitNameFields);
        writer.Write(unit.Service.Name);
        writer.Write(unit.Number);
    }

    public static UnitName ReadUnitName(ref FieldReader reader)
    {
        reader.Fields(UnitNameFields, "a unit's name");
        var service = new ServiceName(reader.Text());
        return new UnitName(service, reader.Int32());
    }
}
