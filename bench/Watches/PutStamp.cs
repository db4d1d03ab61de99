using System.Buffers.Binary;
using StateServer.Bench.Load;

namespace StateServer.Bench.Watches;

/// <summary>What a put of the fan-out says of itself in the first bytes of its value.</summary>
/// <param name="Sent">When it was sent, in stopwatch ticks.</param>
/// <param name="Writer">The writer that awaits its arrival everywhere, or <see cref="Paced"/>.</param>
internal readonly record struct PutStamp(long Sent, int Writer)
{
    /// <summary>Nobody awaits it: it is one of those sent by the clock, whose delays are kept.</summary>
    public const int Paced = -1;

    private const int Bytes = sizeof(long) + sizeof(int);

    /// <exception cref="InvalidDataException">The value is none of the fan-out's.</exception>
    public static PutStamp Read(ReadOnlySpan<byte> value) => value.Length == Keys.ValueBytes
        ? new(BinaryPrimitives.ReadInt64LittleEndian(value), BinaryPrimitives.ReadInt32LittleEndian(value[sizeof(long)..]))
        : throw new InvalidDataException($"an event has a value of {value.Length} bytes");

    /// <summary>Writes it over the first bytes of a value.</summary>
    public void Write(Span<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value.Length, Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(value, Sent);
        BinaryPrimitives.WriteInt32LittleEndian(value[sizeof(long)..], Writer);
    }
}
