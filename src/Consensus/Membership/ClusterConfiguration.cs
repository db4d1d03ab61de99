using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>The voters, as one entry of the log, or the first start, made them. Immutable; ids ascend and are unique.</summary>
internal sealed class ClusterConfiguration
{
    /// <summary>The format's version, the first byte of <see cref="Encode"/>.</summary>
    private const byte FormatVersion = 2;

    /// <summary>The version without folders; what has none is written in it still, and older executables read it.</summary>
    private const byte FormatWithoutFolders = 1;

    /// <summary>No voters: what a member has that is to be told of its cluster by the leader.</summary>
    public static readonly ClusterConfiguration Empty = new([]);

    /// <summary>Makes a configuration of these voters.</summary>
    /// <exception cref="ArgumentException">Two voters have the same id, or one has none.</exception>
    public ClusterConfiguration(IEnumerable<ConfigurationMember> members)
    {
        Members = [.. members.OrderBy(member => member.Id)];
        Voters = [.. Members.Select(member => member.Id)];
        for (var i = 0; i < Members.Length; i++)
        {
            if (Voters[i].IsNone || (i > 0 && Voters[i] == Voters[i - 1]))
            {
                throw new ArgumentException($"the voter {Voters[i]} is there twice, or has no id", nameof(members));
            }
        }
    }

    /// <summary>The voters, by ascending id.</summary>
    public ImmutableArray<ConfigurationMember> Members { get; }

    /// <summary>The voters' ids, ascending.</summary>
    public ImmutableArray<NodeId> Voters { get; }

    /// <summary>True where <paramref name="id"/> votes.</summary>
    public bool Contains(NodeId id) => Voters.BinarySearch(id) >= 0;

    /// <summary>The same with one voter more.</summary>
    public ClusterConfiguration With(ConfigurationMember member) => new(Members.Add(member));

    /// <summary>The same without one voter.</summary>
    public ClusterConfiguration Without(NodeId id) => new(Members.Where(member => member.Id != id));

    /// <summary>
    /// True where the other one differs by at most one voter: only then does each majority of the one share a voter with each
    /// majority of the other (Raft dissertation, §4.1).
    /// </summary>
    public bool IsOneStepFrom(ClusterConfiguration other) =>
        Voters.Except(other.Voters).Count() + other.Voters.Except(Voters).Count() <= 1;

    /// <summary>The bytes that the log and snapshots carry.</summary>
    public byte[] Encode()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        var version = Members.All(member => member.Folder.IsNone) ? FormatWithoutFolders : FormatVersion;
        writer.Write(version);
        writer.Write(Members.Length);
        foreach (var member in Members)
        {
            writer.Write(member.Id.Value);
            writer.Write(member.Name);
            writer.Write(member.PeerAddress);
            if (version == FormatVersion)
            {
                writer.Write(member.Folder.Value);
            }
        }

        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; no bytes are the empty configuration.</summary>
    /// <exception cref="InvalidDataException">Not a configuration, or of a newer version than this executable knows.</exception>
    public static ClusterConfiguration Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return Empty;
        }

        var version = bytes[0];
        if (version is not (FormatWithoutFolders or FormatVersion) || bytes.Length < 5)
        {
            throw new InvalidDataException(
                $"a configuration of format {version} was found; this executable knows up to format {FormatVersion}");
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes[5..].ToArray()), Encoding.UTF8);
            var members = new ConfigurationMember[Math.Min(BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]), bytes.Length)];
            for (var i = 0; i < members.Length; i++)
            {
                members[i] = new(
                    new(reader.ReadUInt64()),
                    reader.ReadString(),
                    reader.ReadString(),
                    new(version == FormatVersion ? reader.ReadUInt64() : 0));
            }

            return new(members);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or OverflowException or FormatException)
        {
            throw new InvalidDataException("the bytes are no configuration", exception);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(", ", Voters)}}}";
}
