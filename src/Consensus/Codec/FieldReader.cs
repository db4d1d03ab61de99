using System.Buffers;
using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Apply;
using StateServer.Domain.Keyspace;

namespace StateServer.Consensus.Codec;

/// <summary>
/// Reads MessagePack values strictly: each array has exactly the fields this executable knows, each number lies in its range.
/// Byte strings are copied once, into arrays of their exact size, so that nothing refers to the source afterwards.
/// </summary>
internal ref struct FieldReader(ReadOnlyMemory<byte> source, int version, int knownVersion, int level)
{
    /// <summary>Deepest nesting of transactions; each level of a valid one spends at least one of its 128 operations.</summary>
    public const int DeepestNesting = 130;

    private MessagePackReader _reader = new(source);
    private int _depth;

    /// <summary>The feature level the bytes were written at, for messages; 0 until it is known.</summary>
    public int Level { get; set; } = level;

    /// <summary>True when every byte was read.</summary>
    public readonly bool AtEnd => _reader.End;

    /// <summary>Bytes read so far.</summary>
    public readonly long Consumed => _reader.Consumed;

    /// <summary>True for what reading malformed bytes throws.</summary>
    public static bool IsMalformed(Exception e) =>
        e is MessagePackSerializationException or EndOfStreamException or OverflowException
            or ArgumentException or InvalidOperationException;

    /// <summary>Enters an array that must have <paramref name="fields"/> fields.</summary>
    public void Fields(int fields, string what) => Expect(_reader.ReadArrayHeader(), fields, what);

    /// <summary>Refuses an array that was entered with another number of fields than this executable knows.</summary>
    public readonly void Expect(int found, int fields, string what)
    {
        if (found > fields)
        {
            throw Unknown($"{what} has {found} fields instead of {fields}");
        }

        if (found < fields)
        {
            throw new InvalidDataException($"{what} has {found} fields instead of {fields}");
        }
    }

    /// <summary>Enters an array of a number of fields that depends on its first one, the tag.</summary>
    public int FieldsOfAnyTag() => _reader.ReadArrayHeader();

    /// <summary>Enters a list; its length is bounded by the bytes there are.</summary>
    public int List() => _reader.ReadArrayHeader();

    public bool TryNil() => _reader.TryReadNil();

    public int Int32() => _reader.ReadInt32();

    public uint UInt32() => _reader.ReadUInt32();

    public long Int64() => _reader.ReadInt64();

    public ulong UInt64() => _reader.ReadUInt64();

    public bool Boolean() => _reader.ReadBoolean();

    public string Text() => _reader.ReadString() ?? throw new InvalidDataException("a text is nil");

    /// <summary>Reads flags; a bit outside <paramref name="known"/> comes from a newer writer.</summary>
    public int Flags(int known, string what)
    {
        var flags = _reader.ReadInt32();
        return (flags & ~known) == 0 ? flags : throw Unknown($"{what} has the flags {flags}");
    }

    /// <summary>A copy of a byte string in an array of its exact size.</summary>
    public byte[] Bytes()
    {
        var sequence = _reader.ReadBytes() ?? throw new InvalidDataException("a byte string is nil");
        if (sequence.IsEmpty)
        {
            return [];
        }

        return sequence.IsSingleSegment ? sequence.FirstSpan.ToArray() : sequence.ToArray();
    }

    public Key Key() => new(Bytes());

    public KeyRange Range()
    {
        var start = Key();
        return new KeyRange(start, Key());
    }

    public ImmutableArray<string> Texts()
    {
        var count = List();
        var texts = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < count; i++)
        {
            texts.Add(Text());
        }

        return texts.DrainToImmutable();
    }

    /// <summary>Enters one level of nesting, bounded so that no input can exhaust the stack.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw new InvalidDataException($"nested deeper than {DeepestNesting}");
        }
    }

    public void Leave() => _depth--;

    /// <summary>The fault to throw for what only a newer executable can have written.</summary>
    public readonly UnknownFormatException Unknown(string what) =>
        new(what, version, Level, knownVersion, StateMachine.HighestFeatureLevel);
}
