using System.Buffers.Binary;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <summary>
/// A change of the log that takes several writes, made durable before the first of them, so that a crash in the middle is
/// finished at the next start instead of being taken for damage.
/// </summary>
internal abstract record LogIntent
{
    private const byte SettledTag = 0;
    private const byte TruncationTag = 1;
    private const byte ResetTag = 2;

    private LogIntent()
    {
    }

    /// <summary>Its bytes on disk.</summary>
    public byte[] Encode()
    {
        switch (this)
        {
            case Truncation cut:
                byte[] bytes = new byte[24 + cut.Header.Length];
                bytes[0] = TruncationTag;
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), cut.SegmentFirstIndex);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), cut.End);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), cut.HeaderOffset);
                cut.Header.CopyTo(bytes.AsSpan(24));
                return bytes;
            case Reset reset:
                bytes = new byte[24];
                bytes[0] = ResetTag;
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), reset.Boundary.Index);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), reset.Boundary.Term);
                return bytes;
            case Settled settled:
                bytes = new byte[16];
                bytes[0] = SettledTag;
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), settled.LastSegment);
                return bytes;
            default:
                throw new InvalidOperationException($"{GetType().Name} has no bytes");
        }
    }

    /// <summary>Reads one; its file has been checked.</summary>
    /// <exception cref="LogDamagedException">A tag that this program doesn't know.</exception>
    public static LogIntent Decode(ReadOnlySpan<byte> bytes, string path) => bytes[0] switch
    {
        SettledTag => new Settled(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])),
        TruncationTag => new Truncation(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            bytes[24..].ToArray()),
        ResetTag => new Reset(new EntryPosition(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]))),
        var tag => throw new LogDamagedException(path, 0, $"intent {tag} is unknown to this program"),
    };

    /// <summary>Nothing is under way. Noted at each roll too, so that a last segment that is gone is missed.</summary>
    /// <param name="LastSegment">First index of the last segment, or of the one before it right after a roll.</param>
    internal sealed record Settled(long LastSegment) : LogIntent;

    /// <summary>A suffix goes: later segments are deleted, and this one is zeros from <paramref name="End"/> on.</summary>
    /// <param name="SegmentFirstIndex">The last segment to stay.</param>
    /// <param name="End">Where what stays of it ends.</param>
    /// <param name="HeaderOffset">Where the header of a round that is cut in two stands, if there is one.</param>
    /// <param name="Header">That header's new bytes; empty where no round is cut in two.</param>
    internal sealed record Truncation(long SegmentFirstIndex, int End, int HeaderOffset, byte[] Header) : LogIntent;

    /// <summary>The whole log goes, and an empty one begins behind a boundary.</summary>
    /// <param name="Boundary">The entry right before the new log.</param>
    internal sealed record Reset(EntryPosition Boundary) : LogIntent;
}
