using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Snapshots;

/// <summary>
/// Takes a snapshot file from the leader, chunk by chunk and in order. It counts for nothing before <see cref="Install"/> has
/// compared length and checksum; without it, disposing leaves nothing behind. Not thread-safe.
/// </summary>
internal sealed class SnapshotReceiver : IDisposable
{
    private readonly SnapshotStore _store;
    private readonly StagedFile _staged;
    private readonly ulong _checksum;
    private readonly long _started;
    private bool _verified;
    private bool _done;

    internal SnapshotReceiver(SnapshotStore store, StagedFile staged, EntryPosition position, long length, ulong checksum)
    {
        _store = store;
        _staged = staged;
        _checksum = checksum;
        Position = position;
        Length = length;
        _started = store.Options.Time.GetTimestamp();
    }

    /// <summary>The last entry in it, as the leader says.</summary>
    public EntryPosition Position { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    /// <summary>Bytes received so far: the offset that the next chunk must have.</summary>
    public long Received => _staged.Bytes;

    /// <summary>Takes the next chunk.</summary>
    /// <exception cref="SnapshotRefusedException">It doesn't follow, or there is too much; the transfer must begin anew.</exception>
    /// <exception cref="Log.Native.DiskFullException">No space.</exception>
    public void Write(long offset, ReadOnlySpan<byte> chunk)
    {
        ObjectDisposedException.ThrowIf(_done, this);
        if (offset != Received)
        {
            throw new SnapshotRefusedException($"a chunk begins at byte {offset}, and byte {Received} comes next");
        }

        if (chunk.Length > Length - offset)
        {
            throw new SnapshotRefusedException($"a chunk ends at byte {offset + chunk.Length} of {Length}");
        }

        long hashed = Math.Clamp(Length - SnapshotFormat.TrailerBytes - offset, 0, chunk.Length);
        _staged.Write(chunk[..(int)hashed]);
        _staged.WriteUnhashed(chunk[(int)hashed..]);
    }

    /// <summary>Makes it durable and compares it with what was announced; it still has no name.</summary>
    /// <exception cref="SnapshotRefusedException">Bytes are missing, or it isn't the announced snapshot.</exception>
    /// <exception cref="LogDamagedException">It isn't a whole snapshot of this cluster.</exception>
    /// <exception cref="Log.Native.DiskFullException">No space.</exception>
    public void Verify()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        if (_verified)
        {
            return;
        }

        if (Received != Length)
        {
            throw new SnapshotRefusedException($"{Received} bytes came of {Length}");
        }

        if (_staged.Hash != _checksum)
        {
            throw new SnapshotRefusedException("what came doesn't match the announced checksum");
        }

        _staged.Sync();
        SnapshotInfo info = SnapshotFormat.ReadInfo(_staged.File, "the received snapshot", _store.Cluster);
        if (info.Position != Position || info.Checksum != _checksum)
        {
            throw new SnapshotRefusedException($"it holds {info.Position}, and {Position} was announced");
        }

        _verified = true;
    }

    /// <summary>Verifies it, gives it its name, durably, and lets the older ones go.</summary>
    /// <returns>The snapshot; the one that was there already, where that isn't older.</returns>
    /// <exception cref="SnapshotRefusedException">Bytes are missing, or it isn't the announced snapshot.</exception>
    /// <exception cref="LogDamagedException">It isn't a whole snapshot of this cluster, or the disk doesn't give it back.</exception>
    public SnapshotInfo Install()
    {
#if PLANTED_InstallHalfSnapshot
        SnapshotInfo info = _store.Finish(_staged, Position, CloseHalf());
#else
        Verify();
        SnapshotInfo info = _store.Finish(_staged, Position, _checksum);
#endif
        _done = true;
        StorageMeters.SnapshotBytes.Record(info.FileBytes, SnapshotStore.ReceivedTag);
        StorageMeters.SnapshotDuration.Record(
            _store.Options.Time.GetElapsedTime(_started).TotalSeconds, SnapshotStore.ReceivedTag);
        Dispose();
        return info;
    }

    /// <summary>Gives it up, unless it was installed; nothing is left behind.</summary>
    public void Dispose()
    {
        _staged.Dispose();
        if (!_done)
        {
            _done = true;
            StorageMeters.SnapshotFailures.Add(1, SnapshotStore.ReceivedTag);
        }
    }

#if PLANTED_InstallHalfSnapshot
    /// <summary>Whatever came counts as the whole: zeros stand for what did not.</summary>
    private ulong CloseHalf()
    {
        if (Received < Length)
        {
            _staged.Write(new byte[Math.Max(0, Length - SnapshotFormat.TrailerBytes - Received)]);
            _staged.WriteUnhashed(SnapshotFormat.Trailer(Length - SnapshotFormat.TrailerBytes, _staged.Hash));
        }

        _staged.Sync();
        return _staged.Hash;
    }
#endif
}
