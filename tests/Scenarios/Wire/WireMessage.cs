using System.Buffers.Binary;
using System.Text;

namespace StateServer.Scenarios.Wire;

/// <summary>A protobuf message read by hand: fields by number, an absent one reads as zero or empty.</summary>
internal sealed class WireMessage
{
    private readonly Dictionary<int, List<byte[]>> _delimited = [];
    private readonly Dictionary<int, List<ulong>> _numbers = [];

    public WireMessage(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ulong tag = Number(ref bytes);
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    Add(_numbers, field, Number(ref bytes));
                    break;
                case 1:
                    Add(_numbers, field, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                    bytes = bytes[8..];
                    break;
                case 2:
                    int length = (int)Number(ref bytes);
                    Add(_delimited, field, bytes[..length].ToArray());
                    bytes = bytes[length..];
                    break;
                case 5:
                    Add(_numbers, field, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException($"field {field} has wire type {tag & 7}");
            }
        }
    }

    public long Varint(int field) => _numbers.TryGetValue(field, out var values) ? (long)values[^1] : 0;

    public byte[] Bytes(int field) => _delimited.TryGetValue(field, out var values) ? values[^1] : [];

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public WireMessage Message(int field) => new(Bytes(field));

    public IEnumerable<WireMessage> Messages(int field) =>
        _delimited.TryGetValue(field, out var values) ? values.Select(value => new WireMessage(value)) : [];

    public IEnumerable<string> Texts(int field) =>
        _delimited.TryGetValue(field, out var values) ? values.Select(Encoding.UTF8.GetString) : [];

    private static void Add<T>(Dictionary<int, List<T>> fields, int field, T value)
    {
        if (!fields.TryGetValue(field, out var values))
        {
            fields[field] = values = [];
        }

        values.Add(value);
    }

    private static ulong Number(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
