using System.Buffers.Binary;

namespace StateServer.Bench.Http2;

/// <summary>Parts one stream's data into gRPC's messages: a flag, four bytes of length, the message. Not thread-safe.</summary>
internal sealed class MessageAssembly(MessageSink sink)
{
    private const int PrefixBytes = 5;

    private byte[] _pending = [];
    private int _count;

    /// <summary>Takes the payload of the next data frame; hands on every message that is whole now.</summary>
    /// <exception cref="InvalidDataException">A message is compressed, which nobody asked for.</exception>
    public void Add(ReadOnlySpan<byte> payload, long received)
    {
        if (_count == 0)
        {
            payload = HandOn(payload, received);
            Keep(payload);
            return;
        }
        Keep(payload);
        ReadOnlySpan<byte> left = HandOn(_pending.AsSpan(0, _count), received);
        left.CopyTo(_pending);
        _count = left.Length;
    }

    private ReadOnlySpan<byte> HandOn(ReadOnlySpan<byte> data, long received)
    {
        while (data.Length >= PrefixBytes)
        {
            if (data[0] != 0)
            {
                throw new InvalidDataException("a compressed message came");
            }
            int end = PrefixBytes + BinaryPrimitives.ReadInt32BigEndian(data[1..]);
            if (data.Length < end)
            {
                break;
            }
            sink(data[PrefixBytes..end], received);
            data = data[end..];
        }
        return data;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_pending.Length < _count + data.Length)
        {
            Array.Resize(ref _pending, Math.Max(2 * _pending.Length, _count + data.Length));
        }
        data.CopyTo(_pending.AsSpan(_count));
        _count += data.Length;
    }
}
