using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Snapshots;

/// <summary>
/// A snapshot file's bytes, little-endian. Header: hash (8) of the 56 bytes behind it, magic (8), format (4), configuration bytes (4),
/// cluster (8), index (8), term (8), configuration index (8), zeros (8). Then the configuration, the state, and the trailer:
/// hash (8) of the 24 bytes behind it, magic (8), bytes before the trailer (8), hash of them (8).
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Bytes of the trailer.</summary>
    public const int TrailerBytes = 32;

    /// <summary>Bytes of a configuration at most.</summary>
    public const int MaxConfigurationBytes = 1024 * 1024;

    private const uint Format = 1;
    private const ulong HeaderMagic = 0x50414E53_5353; // "SSSNAP"
    private const ulong TrailerMagic = 0x444E45_5353; // "SSEND"
    private const string Prefix = "snapshot-";
    private const string Suffix = ".snap";

    /// <summary>A snapshot's file name.</summary>
    public static string NameOf(EntryPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{position.Index:D20}-{position.Term}{Suffix}");

    /// <summary>The position that a file's name tells, if it is a snapshot's.</summary>
    public static bool TryParseName(string name, out EntryPosition position)
    {
        position = default;
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = name[Prefix.Length..^Suffix.Length].Split('-');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long index)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long term))
        {
            return false;
        }

        position = new EntryPosition(index, term);
        return name == NameOf(position);
    }

    /// <summary>Writes a header.</summary>
    public static byte[] Header(ClusterId cluster, EntryPosition position, long configurationIndex, int configurationBytes)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), HeaderMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), Format);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), configurationBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), cluster.Value);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), position.Index);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), position.Term);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), configurationIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(header, XxHash3.HashToUInt64(header.AsSpan(8)));
        return header;
    }

    /// <summary>Writes a trailer.</summary>
    public static byte[] Trailer(long bytesBefore, ulong hash)
    {
        byte[] trailer = new byte[TrailerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(8), TrailerMagic);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(16), bytesBefore);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(24), hash);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer, XxHash3.HashToUInt64(trailer.AsSpan(8)));
        return trailer;
    }

    /// <summary>Reads header, configuration and trailer, and checks that they fit the file; the state isn't read.</summary>
    /// <exception cref="LogDamagedException">They aren't whole, or of a newer format or another cluster.</exception>
    public static SnapshotInfo ReadInfo(IDiskFile file, string path, ClusterId cluster)
    {
        SnapshotInfo info = ReadInfo(file, path, file.Length);
        return info.Cluster == cluster
            ? info
            : throw new LogDamagedException(path, 24, $"it belongs to cluster {info.Cluster}, and this is cluster {cluster}");
    }

    /// <summary>The same of any cluster, and of a file that has more behind the snapshot.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="length">Where the snapshot ends.</param>
    /// <exception cref="LogDamagedException">They aren't whole, or of a newer format.</exception>
    public static SnapshotInfo ReadInfo(IDiskFile file, string path, long length)
    {
        byte[] header = new byte[HeaderBytes];
        if (length < HeaderBytes + TrailerBytes || file.Read(header, 0) != HeaderBytes)
        {
            throw new LogDamagedException(path, length, "it is cut off");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != XxHash3.HashToUInt64(header.AsSpan(8))
            || BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(8)) != HeaderMagic)
        {
            throw new LogDamagedException(path, 0, "its header doesn't match its checksum");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(16)) is var format && format != Format)
        {
            throw new LogDamagedException(
                path, 16, $"it has snapshot format {format}, and this program reads snapshot format {Format}");
        }

        int configurationBytes = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(20));
        if (configurationBytes is < 0 or > MaxConfigurationBytes || configurationBytes > length - HeaderBytes - TrailerBytes)
        {
            throw new LogDamagedException(path, 20, "its configuration's length is impossible");
        }

        byte[] configuration = new byte[configurationBytes];
        _ = file.Read(configuration, HeaderBytes);
        return new SnapshotInfo(
            new ClusterId(BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(24))),
            new EntryPosition(
                BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32)),
                BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40))),
            BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(48)),
            configuration,
            length,
            ReadTrailer(file, path, length),
            path);
    }

    /// <summary>Reads the whole file and compares it with its checksum.</summary>
    /// <exception cref="LogDamagedException">It doesn't match.</exception>
    public static void Verify(IDiskFile file, SnapshotInfo info)
    {
        var hash = new XxHash3();
        byte[] chunk = new byte[256 * 1024];
        long end = info.FileBytes - TrailerBytes;
        for (long offset = 0; offset < end;)
        {
            int read = file.Read(chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - offset)), offset);
            if (read == 0)
            {
                throw new LogDamagedException(info.Path, offset, "it is cut off");
            }

            hash.Append(chunk.AsSpan(0, read));
            offset += read;
        }

        if (hash.GetCurrentHashAsUInt64() != info.Checksum)
        {
            throw new LogDamagedException(info.Path, HeaderBytes, "what it holds doesn't match its checksum");
        }
    }

    private static ulong ReadTrailer(IDiskFile file, string path, long length)
    {
        byte[] trailer = new byte[TrailerBytes];
        long offset = length - TrailerBytes;
        _ = file.Read(trailer, offset);
        if (BinaryPrimitives.ReadUInt64LittleEndian(trailer) != XxHash3.HashToUInt64(trailer.AsSpan(8))
            || BinaryPrimitives.ReadUInt64LittleEndian(trailer.AsSpan(8)) != TrailerMagic
            || BinaryPrimitives.ReadInt64LittleEndian(trailer.AsSpan(16)) != offset)
        {
            throw new LogDamagedException(path, offset, "its trailer doesn't match its checksum");
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(trailer.AsSpan(24));
    }
}
