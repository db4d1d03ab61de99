namespace StateServer.Bench.Watches;

/// <summary>Steps through the fields of a protobuf message: varints and lengths of bytes, which is all that etcd's watch uses.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private const int VarintType = 0;
    private const int BytesType = 2;

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, where it is a varint.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value, where it is bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>All behind the current field.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = message;

    /// <summary>Steps to the next field.</summary>
    /// <exception cref="InvalidDataException">The message is cut off, or of another wire type.</exception>
    public bool Next()
    {
        if (Rest.IsEmpty)
        {
            return false;
        }
        ulong tag = Varint();
        Field = (int)(tag >> 3);
        ulong value = Varint();
        switch ((int)(tag & 7))
        {
            case VarintType:
                Number = value;
                return true;
            case BytesType when value <= (ulong)Rest.Length:
                Bytes = Rest[..(int)value];
                Rest = Rest[(int)value..];
                return true;
            default:
                throw new InvalidDataException($"field {Field} is cut off or of wire type {tag & 7}");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < Rest.Length && i < 10; i++)
        {
            value |= (ulong)(Rest[i] & 0x7f) << (7 * i);
            if (Rest[i] < 0x80)
            {
                Rest = Rest[(i + 1)..];
                return value;
            }
        }
        throw new InvalidDataException("a varint is cut off");
    }
}
