using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>
/// The identity file's bytes. Little-endian: hash (8) of all behind it, magic (8), format (4), complete (1), retired (1), cluster
/// (8), node (8), folder (8), reason (length-prefixed UTF-8), pins (4, then node and folder each), configuration (4, then bytes); in format 2, removed members (4, then node each). The lowest
/// format that holds it is written, so that an older program reads what it can.
/// </summary>
internal static class IdentityFormat
{
    /// <summary>What it can't exceed, bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const uint FormatWithoutRemoved = 1;
    private const uint Format = 2;
    private const ulong Magic = 0x444946_5353; // "SSFID"
    private const int HashBytes = sizeof(ulong);

    /// <summary>Writes it.</summary>
    /// <exception cref="ArgumentException">It would be too large.</exception>
    public static byte[] Encode(FolderIdentity identity)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(0UL);
        writer.Write(Magic);
        writer.Write(identity.Removed.IsEmpty ? FormatWithoutRemoved : Format);
        writer.Write(identity.IsComplete);
        writer.Write(identity.RetiredReason is not null);
        writer.Write(identity.Cluster.Value);
        writer.Write(identity.Node.Value);
        writer.Write(identity.Folder.Value);
        writer.Write(identity.RetiredReason ?? "");
        writer.Write(identity.Pins.Count);
        foreach ((NodeId peer, FolderId folder) in identity.Pins)
        {
            writer.Write(peer.Value);
            writer.Write(folder.Value);
        }

        writer.Write(identity.FirstConfiguration.Length);
        writer.Write(identity.FirstConfiguration.AsSpan());
        if (!identity.Removed.IsEmpty)
        {
            writer.Write(identity.Removed.Count);
            foreach (NodeId removed in identity.Removed)
            {
                writer.Write(removed.Value);
            }
        }

        writer.Flush();
        byte[] bytes = stream.ToArray();
        if (bytes.Length > MaxBytes)
        {
            throw new ArgumentException($"the identity would take {bytes.Length} bytes, more than {MaxBytes}");
        }

        BitConverter.TryWriteBytes(bytes, XxHash3.HashToUInt64(bytes.AsSpan(HashBytes)));
        return bytes;
    }

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="LogDamagedException">It isn't whole, or of a newer format.</exception>
    public static FolderIdentity Decode(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < 20
            || BitConverter.ToUInt64(bytes) != XxHash3.HashToUInt64(bytes[HashBytes..])
            || BitConverter.ToUInt64(bytes[8..]) != Magic)
        {
            throw new LogDamagedException(path, 0, "it doesn't match its checksum");
        }

        uint format = BitConverter.ToUInt32(bytes[16..]);
        if (format is not (FormatWithoutRemoved or Format))
        {
            throw new LogDamagedException(path, 16, $"it has format {format}, and this program reads format {Format}");
        }

        using var reader = new BinaryReader(new MemoryStream(bytes[20..].ToArray()), Encoding.UTF8);
        bool complete = reader.ReadBoolean();
        bool retired = reader.ReadBoolean();
        var cluster = new ClusterId(reader.ReadUInt64());
        var node = new NodeId(reader.ReadUInt64());
        var folder = new FolderId(reader.ReadUInt64());
        string reason = reader.ReadString();
        var pins = ImmutableSortedDictionary.CreateBuilder<NodeId, FolderId>();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            pins.Add(new NodeId(reader.ReadUInt64()), new FolderId(reader.ReadUInt64()));
        }

        ImmutableArray<byte> configuration = [.. reader.ReadBytes(reader.ReadInt32())];
        return new FolderIdentity
        {
            Cluster = cluster,
            Node = node,
            Folder = folder,
            IsComplete = complete,
            RetiredReason = retired ? reason : null,
            Pins = pins.ToImmutable(),
            FirstConfiguration = configuration,
            Removed = format == Format ? ReadRemoved(reader) : [],
        };
    }

    private static ImmutableSortedSet<NodeId> ReadRemoved(BinaryReader reader)
    {
        var removed = ImmutableSortedSet.CreateBuilder<NodeId>();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            removed.Add(new NodeId(reader.ReadUInt64()));
        }

        return removed.ToImmutable();
    }
}
