using System.Security.Cryptography;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Snapshots;

/// <summary>A snapshot that a client saved, read and verified whole. Immutable.</summary>
/// <param name="Cluster">The cluster whose state it is.</param>
/// <param name="State">The state.</param>
/// <param name="FileBytes">Bytes of the file.</param>
public sealed record SavedSnapshot(ClusterId Cluster, ReplicatedState State, long FileBytes)
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>Reads a file and verifies all of it: its SHA-256, its own checksums, its format, and the state's digest.</summary>
    /// <exception cref="SavedSnapshotException">It is cut off, changed, no snapshot, or of a newer format.</exception>
    /// <exception cref="IOException">It isn't there, or can't be read.</exception>
    public static SavedSnapshot Read(string path)
    {
        using IDiskFile file = LibcDisk.Instance.OpenToRead(path);
        SnapshotInfo info = Verify(file, path);
        try
        {
            using var content = new SnapshotContent(file, info.ContentOffset, info.ContentBytes);
            return new SavedSnapshot(info.Cluster, StateSnapshotCodec.Read(content), file.Length);
        }
        catch (Exception exception) when (exception is InvalidDataException or UnknownFormatException)
        {
            throw new SavedSnapshotException($"{path} can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>Verifies a file's checksums, without building its state.</summary>
    /// <exception cref="SavedSnapshotException">It is cut off, changed, no snapshot, or of a newer format.</exception>
    /// <exception cref="IOException">It isn't there, or can't be read.</exception>
    public static void Verify(string path)
    {
        using IDiskFile file = LibcDisk.Instance.OpenToRead(path);
        _ = Verify(file, path);
    }

    private static SnapshotInfo Verify(IDiskFile file, string path)
    {
        long length = file.Length;
        long end = length - SavedSnapshotFormat.HashBytes;
        if (end < SavedSnapshotFormat.Multiple || end % SavedSnapshotFormat.Multiple != 0)
        {
            throw new SavedSnapshotException(
                $"{path} is cut off, or no snapshot: {length} bytes are not a multiple of 512 and a checksum of 32");
        }

        VerifySha(file, path, end);
        try
        {
            SnapshotInfo info = SnapshotFormat.ReadInfo(file, path, end);
            SnapshotFormat.Verify(file, info);
            return info;
        }
        catch (LogDamagedException exception)
        {
            // The SHA-256 is right: nothing happened to the file, and something else wrote it.
            throw new SavedSnapshotException(
                $"{path} is no snapshot that this executable can read: {exception.What}", exception);
        }
    }

    private static void VerifySha(IDiskFile file, string path, long end)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[ChunkBytes];
        for (long offset = 0; offset < end;)
        {
            int read = file.Read(chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - offset)), offset);
            if (read == 0)
            {
                throw new SavedSnapshotException($"{path} became shorter while it was read");
            }

            sha.AppendData(chunk.AsSpan(0, read));
            offset += read;
        }

        byte[] written = new byte[SavedSnapshotFormat.HashBytes];
        if (file.Read(written, end) != written.Length || !written.AsSpan().SequenceEqual(sha.GetHashAndReset()))
        {
            throw new SavedSnapshotException($"{path} is damaged: its SHA-256 doesn't match what it holds");
        }
    }
}
