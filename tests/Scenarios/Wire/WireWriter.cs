using System.Buffers;
using System.Text;

namespace StateServer.Scenarios.Wire;

/// <summary>
/// Writes protobuf by hand (encoding: protobuf.dev, "Encoding"), so that these tests share no generated code, and so no
/// mistaken field number, with the server they test.
/// </summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public WireWriter Varint(int field, long value)
    {
        if (value != 0)
        {
            Number((ulong)(field << 3));
            Number((ulong)value);
        }

        return this;
    }

    public WireWriter Flag(int field, bool value) => Varint(field, value ? 1 : 0);

    public WireWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Delimited(field, value);
        }

        return this;
    }

    public WireWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A nested message; written even where it is empty, since its presence means something.</summary>
    public WireWriter Message(int field, WireWriter value)
    {
        Delimited(field, value.ToArray());
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Delimited(int field, ReadOnlySpan<byte> value)
    {
        Number((ulong)((field << 3) | 2));
        Number((ulong)value.Length);
        _bytes.Write(value);
    }

    private void Number(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        _bytes.Write([(byte)value]);
    }
}
