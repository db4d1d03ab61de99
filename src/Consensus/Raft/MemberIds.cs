using System.Buffers.Binary;
using DotNext.Net.Cluster;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>Between our minted ids and the library's, which by default would be a hash of the address.</summary>
internal static class MemberIds
{
    /// <summary>The library's form of an id.</summary>
    public static ClusterMemberId Of(NodeId id)
    {
        Span<byte> bytes = stackalloc byte[ClusterMemberId.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, id.Value);
        return new(bytes);
    }

    /// <summary>Our id in a library's one that <see cref="Of(NodeId)"/> made.</summary>
    public static NodeId Of(in ClusterMemberId id)
    {
        Span<byte> bytes = stackalloc byte[ClusterMemberId.Size];
        id.Format(bytes);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}
