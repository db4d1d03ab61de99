using System.Buffers.Binary;
using System.IO.Hashing;

namespace StateServer.Consensus.Log;

/// <summary>
/// What leads each write of records. Little-endian: hash (8) of the 48 bytes behind it, magic (4), body bytes (4), records (4),
/// zero (4), first index (8), commit index (8), durable index (8), offset (8). It never straddles a 512-byte sector, so that it is
/// on disk either whole or not at all.
/// </summary>
/// <param name="BodyBytes">Bytes of the records behind the header.</param>
/// <param name="Count">Records, at least 1.</param>
/// <param name="FirstIndex">Index of the first record.</param>
/// <param name="CommitIndex">The commit index that the writer knew.</param>
/// <param name="DurableIndex">
/// Every entry up to here had been synced before this round was written: the proof by which recovery tells a crash from damage.
/// </param>
/// <param name="Offset">Its own place in the segment.</param>
internal readonly record struct RoundHeader(
    int BodyBytes, int Count, long FirstIndex, long CommitIndex, long DurableIndex, long Offset)
{
    /// <summary>Bytes it takes.</summary>
    public const int Bytes = 56;

    /// <summary>What a disk is taken to write whole or not at all (512 bytes; larger on some disks, never smaller).</summary>
    public const int SectorBytes = 512;

    /// <summary>"RND1", where it is looked for: bytes 8 to 11.</summary>
    public const uint Magic = 0x31444E52;

    /// <summary>Where in the header the magic stands.</summary>
    public const int MagicOffset = 8;

    /// <summary>Where the next round starts, given where the last one ended (a multiple of 8).</summary>
    public static int StartBehind(int end) =>
        SectorBytes - (end % SectorBytes) < Bytes ? (end / SectorBytes * SectorBytes) + SectorBytes : end;

    /// <summary>Writes it.</summary>
    public void WriteTo(Span<byte> bytes, ulong salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], BodyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], FirstIndex);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], CommitIndex);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], DurableIndex);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, XxHash3.HashToUInt64(bytes[8..Bytes], (long)salt));
    }

    /// <summary>Reads it, if a whole one of this segment stands at exactly this offset.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int offset, ulong salt, out RoundHeader header)
    {
        header = default;
        if (bytes.Length < Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != XxHash3.HashToUInt64(bytes[8..Bytes], (long)salt))
        {
            return false;
        }

        header = new RoundHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]));
        return header.Offset == offset;
    }
}
