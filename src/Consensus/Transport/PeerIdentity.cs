using System.Buffers.Binary;
using Grpc.Core;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>What every call between members carries, as one header: a stream has it once, at its start.</summary>
/// <param name="Cluster">The sender's cluster.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The member that the sender believes it talks to.</param>
/// <param name="Folder">The sender's folder.</param>
internal readonly record struct PeerIdentity(ClusterId Cluster, NodeId From, NodeId To, FolderId Folder)
{
    /// <summary>The header's name.</summary>
    public const string HeaderName = "stateserver-identity-bin";

    private const int Length = 4 * sizeof(ulong);

    /// <summary>The header's value.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Cluster.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), From.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), To.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), Folder.Value);
        return bytes;
    }

    /// <summary>Reads the header of a call.</summary>
    /// <returns>False where there is none, or it is malformed or names nobody.</returns>
    public static bool TryRead(Metadata headers, out PeerIdentity identity)
    {
        identity = default;
        var bytes = headers.GetValueBytes(HeaderName);
        if (bytes is not { Length: Length })
        {
            return false;
        }

        identity = new(
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes)),
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8))),
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(16))),
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(24))));
        return !identity.Cluster.IsNone && !identity.From.IsNone && !identity.To.IsNone && !identity.Folder.IsNone;
    }
}
