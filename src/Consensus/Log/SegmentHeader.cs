using System.Buffers.Binary;
using System.IO.Hashing;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>
/// The first 4096 bytes of a segment, written and synced before the file gets its name. Little-endian: hash (8) of all behind
/// it, magic (8), format (4), zero (4), segment bytes (8), first index (8), term before it (8), cluster (8), node (8),
/// folder (8), salt (8), zeros.
/// </summary>
/// <param name="SegmentBytes">Length of the whole file.</param>
/// <param name="FirstIndex">Index of the first record.</param>
/// <param name="PreviousTerm">Term of the entry before it; 0 before the first of all.</param>
/// <param name="Cluster">Whose log.</param>
/// <param name="Node">Whose log.</param>
/// <param name="Folder">Whose log.</param>
/// <param name="Salt">Seeds each hash in the segment, so that no payload can look like a round of it.</param>
internal sealed record SegmentHeader(
    long SegmentBytes,
    long FirstIndex,
    long PreviousTerm,
    ClusterId Cluster,
    NodeId Node,
    FolderId Folder,
    ulong Salt)
{
    /// <summary>Bytes it takes: a page, so that rounds start on one.</summary>
    public const int Bytes = 4096;

    /// <summary>The newest format this program reads and the one it writes.</summary>
    public const uint Format = 1;

    private const ulong Magic = 0x474553_4F4C5353; // "SSLOSEG"

    /// <summary>Writes it.</summary>
    public void WriteTo(Span<byte> page)
    {
        page[..Bytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(page[8..], Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(page[16..], Format);
        BinaryPrimitives.WriteInt64LittleEndian(page[24..], SegmentBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[32..], FirstIndex);
        BinaryPrimitives.WriteInt64LittleEndian(page[40..], PreviousTerm);
        BinaryPrimitives.WriteUInt64LittleEndian(page[48..], Cluster.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(page[56..], Node.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(page[64..], Folder.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(page[72..], Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(page, XxHash3.HashToUInt64(page[8..Bytes]));
    }

    /// <summary>Reads and checks it.</summary>
    /// <param name="page">At least <see cref="Bytes"/>.</param>
    /// <param name="file">Named in the error.</param>
    /// <exception cref="LogDamagedException">It isn't whole, or of a newer format.</exception>
    public static SegmentHeader ReadFrom(ReadOnlySpan<byte> page, string file)
    {
        bool whole = BinaryPrimitives.ReadUInt64LittleEndian(page) == XxHash3.HashToUInt64(page[8..Bytes]);
        uint format = BinaryPrimitives.ReadUInt32LittleEndian(page[16..]);
        if (!whole || BinaryPrimitives.ReadUInt64LittleEndian(page[8..]) != Magic)
        {
            throw new LogDamagedException(file, 0, "the segment's header doesn't match its checksum");
        }

        if (format != Format)
        {
            throw new LogDamagedException(
                file, 16, $"it has log format {format}, and this program reads log format {Format}");
        }

        return new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(page[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[40..]),
            new ClusterId(BinaryPrimitives.ReadUInt64LittleEndian(page[48..])),
            new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(page[56..])),
            new FolderId(BinaryPrimitives.ReadUInt64LittleEndian(page[64..])),
            BinaryPrimitives.ReadUInt64LittleEndian(page[72..]));
    }
}
