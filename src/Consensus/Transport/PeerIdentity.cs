using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Grpc.Core;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>What every call between members carries, as one header: a stream has it once, at its start.</summary>
/// <param name="Cluster">The sender's cluster.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The member that the sender believes it talks to; none where a joining one knows an address and no more.</param>
/// <param name="Folder">The sender's folder.</param>
/// <param name="Expected">The folder that the sender believes the receiver's id is bound to; none where it knows of none.</param>
/// <param name="Address">Where the sender says that it is reached, host:port; null where it doesn't.</param>
internal readonly record struct PeerIdentity(
    ClusterId Cluster, NodeId From, NodeId To, FolderId Folder, FolderId Expected = default, string? Address = null)
{
    /// <summary>The name of the header with the four ids.</summary>
    public const string HeaderName = "stateserver-identity-bin";

    /// <summary>The name of the header with <see cref="Expected"/>, decimal; older executables neither send nor read it.</summary>
    public const string ExpectedHeaderName = "stateserver-expected-folder";

    /// <summary>The name of the header with <see cref="Address"/>; older executables neither send nor read it.</summary>
    public const string AddressHeaderName = "stateserver-address";

    private const int Length = 4 * sizeof(ulong);

    /// <summary>Puts all of it into a call's headers.</summary>
    public void Write(Metadata headers)
    {
        headers.Add(HeaderName, Encode());
        if (!Expected.IsNone)
        {
            headers.Add(ExpectedHeaderName, Expected.ToString());
        }

        // What is no ASCII can't stand in a header; such a name is told in messages alone.
        if (Address is not null && Ascii.IsValid(Address))
        {
            headers.Add(AddressHeaderName, Address);
        }
    }

    /// <summary>The four ids, as the first header carries them.</summary>
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
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(24))),
            new(ulong.TryParse(headers.GetValue(ExpectedHeaderName), CultureInfo.InvariantCulture, out var expected) ? expected : 0),
            headers.GetValue(AddressHeaderName) is { } address && PeerAddress.IsValid(address) ? address : null);
        return !identity.Cluster.IsNone && !identity.From.IsNone && !identity.Folder.IsNone;
    }
}
