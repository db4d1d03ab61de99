using System.IO.Hashing;
using System.Security.Cryptography;
using StateServer.Consensus.Codec;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Snapshots;

/// <summary>One version of the state on its way to a client's file (see ADR 0070 for the format). Immutable; used by one thread at a time.</summary>
public sealed class SnapshotExport
{
    private readonly ClusterId _cluster;
    private readonly ReplicatedState _state;
    private readonly long _stateBytes;

    private SnapshotExport(ClusterId cluster, ReplicatedState state, long stateBytes)
    {
        _cluster = cluster;
        _state = state;
        _stateBytes = stateBytes;
    }

    /// <summary>Bytes that <see cref="Write"/> writes: a multiple of 512. A file of it is 32 bytes longer, by the SHA-256.</summary>
    public long Bytes =>
        SnapshotFormat.HeaderBytes + _stateBytes + SavedSnapshotFormat.Filling(_stateBytes) + SnapshotFormat.TrailerBytes;

    /// <summary>Checks a state against its digest and measures it: about a second for a million keys.</summary>
    /// <exception cref="InvalidOperationException">The digest that Apply kept is not that of the entities: a broken invariant.</exception>
    public static SnapshotExport Of(ClusterId cluster, ReplicatedState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateSnapshotCodec.Check(state);
        var measure = new HashedStream(Stream.Null);
        StateSnapshotCodec.WriteChecked(measure, state);
        return new SnapshotExport(cluster, state, measure.Position);
    }

    /// <summary>Writes it, one block of about 64 KiB at a time; blocks as the destination does.</summary>
    /// <returns>The SHA-256 of all that was written, which a file of it ends with.</returns>
    public byte[] Write(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var hashed = new HashedStream(destination, sha, new XxHash3());
        hashed.Write(SnapshotFormat.Header(_cluster, new(_state.AppliedIndex, 0), 0, 0));
        StateSnapshotCodec.WriteChecked(hashed, _state);
        hashed.Write(new byte[SavedSnapshotFormat.Filling(_stateBytes)]);
        hashed.Write(SnapshotFormat.Trailer(hashed.Position, hashed.XxHash));
        return hashed.Position == Bytes
            ? sha.GetHashAndReset()
            : throw new InvalidOperationException($"{hashed.Position} bytes of a state were written, and {Bytes} were measured");
    }
}
