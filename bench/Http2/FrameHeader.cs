using System.Buffers.Binary;

namespace StateServer.Bench.Http2;

/// <summary>The nine bytes before each frame (RFC 9113, section 4.1).</summary>
/// <param name="Length">Bytes of the payload.</param>
/// <param name="Type">The frame's type.</param>
/// <param name="Flags">Flags, by type.</param>
/// <param name="Stream">The stream, 0 for the connection.</param>
internal readonly record struct FrameHeader(int Length, FrameType Type, byte Flags, int Stream)
{
    public const int Bytes = 9;
    public const byte Acknowledgement = 1;
    public const byte EndOfStream = 1;
    public const byte EndOfHeaders = 4;
    public const byte Padded = 8;

    public static FrameHeader Read(ReadOnlySpan<byte> from) => new(
        (from[0] << 16) | (from[1] << 8) | from[2],
        (FrameType)from[3],
        from[4],
        BinaryPrimitives.ReadInt32BigEndian(from[5..]) & int.MaxValue);

    public bool Has(byte flag) => (Flags & flag) != 0;

    public void Write(Span<byte> to)
    {
        to[0] = (byte)(Length >> 16);
        to[1] = (byte)(Length >> 8);
        to[2] = (byte)Length;
        to[3] = (byte)Type;
        to[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(to[5..], Stream);
    }
}
