using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Snapshots;

/// <summary>
/// Takes a state's bytes, from its position on, and makes a snapshot of them. As a stream it is write-only. Without
/// <see cref="Commit"/>, disposing leaves nothing behind. Not thread-safe.
/// </summary>
internal sealed class SnapshotWriter : Stream
{
    private readonly SnapshotStore _store;
    private readonly StagedFile _staged;
    private readonly EntryPosition _position;
    private readonly long _started;
    private bool _done;

    internal SnapshotWriter(
        SnapshotStore store, StagedFile staged, EntryPosition position, byte[] header, ReadOnlySpan<byte> configuration)
    {
        _store = store;
        _staged = staged;
        _position = position;
        _started = store.Options.Time.GetTimestamp();
        try
        {
            _staged.Write(header);
            _staged.Write(configuration);
        }
        catch
        {
            _staged.Dispose();
            throw;
        }
    }

    /// <summary>Whether it was committed or given up.</summary>
    internal bool IsDone => Volatile.Read(ref _done);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _staged.Bytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _staged.Bytes;
        set => throw new NotSupportedException();
    }

    /// <summary>Finishes it: trailer, sync, a second reading from the disk, its name, the folder's sync; then older ones go.</summary>
    /// <returns>The snapshot, durable.</returns>
    /// <exception cref="Log.Native.DiskFullException">No space; nothing is left behind, and the older snapshot stays.</exception>
    /// <exception cref="LogDamagedException">The disk doesn't give back what was written; nothing is left behind.</exception>
    public SnapshotInfo Commit()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        _staged.WriteUnhashed(SnapshotFormat.Trailer(_staged.Bytes, _staged.Hash));
        _staged.Sync();
        SnapshotInfo info = _store.Finish(_staged, _position, _staged.Hash);
        _done = true;
        StorageMeters.SnapshotBytes.Record(info.FileBytes, SnapshotStore.Written);
        StorageMeters.SnapshotDuration.Record(
            _store.Options.Time.GetElapsedTime(_started).TotalSeconds, SnapshotStore.Written);
        return info;
    }

    /// <summary>Gives it up; nothing is left behind.</summary>
    public void Abort() => Dispose();

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_done, this);
        _staged.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Does nothing: <see cref="Commit"/> makes it durable.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _staged.Dispose();
            if (!_done)
            {
                _done = true;
                StorageMeters.SnapshotFailures.Add(1, SnapshotStore.Written);
            }
        }

        base.Dispose(disposing);
    }
}
