using System.IO.Hashing;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Snapshots;

/// <summary>
/// A snapshot under way, under a name that counts for nothing. Written in order, and synced piece by piece, so that the log's own
/// syncs never wait for all of it. Not thread-safe.
/// </summary>
internal sealed class StagedFile(IDisk disk, string path) : IDisposable
{
    /// <summary>Bytes between two syncs: some tens of milliseconds of a disk's time.</summary>
    private const int SyncEveryBytes = 8 * 1024 * 1024;

    private const int BufferBytes = 256 * 1024;
    private readonly IDiskFile _file = disk.Create(path);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly XxHash3 _hash = new();
    private int _buffered;
    private long _flushed;
    private long _synced;
    private bool _gone;

    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The file, to verify it.</summary>
    public IDiskFile File => _file;

    /// <summary>XxHash3 of what was taken so far.</summary>
    public ulong Hash => _hash.GetCurrentHashAsUInt64();

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="DiskFullException">No space.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.Append(bytes);
        Put(bytes);
    }

    /// <summary>Takes the next bytes without hashing them: the trailer.</summary>
    /// <exception cref="DiskFullException">No space.</exception>
    public void WriteUnhashed(ReadOnlySpan<byte> bytes) => Put(bytes);

    /// <summary>Makes all of it durable, and lets the next read come from the disk.</summary>
    /// <exception cref="DiskFullException">No space.</exception>
    public void Sync()
    {
        FlushBuffer();
        _file.SyncDraft();
        _file.ForgetCache();
    }

    /// <summary>Gives it its name, durably.</summary>
    public void RenameTo(string name)
    {
        disk.Rename(path, name);
        disk.SyncFolder(Path.GetDirectoryName(name)!);
        _gone = true;
    }

    /// <summary>Deletes it, unless it got its name.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (!_gone)
        {
            _gone = true;
            disk.Delete(path);
        }
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        while (bytes.Length > 0)
        {
            int taken = Math.Min(bytes.Length, BufferBytes - _buffered);
            bytes[..taken].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += taken;
            bytes = bytes[taken..];
            if (_buffered == BufferBytes)
            {
                FlushBuffer();
            }
        }
    }

    private void FlushBuffer()
    {
        if (_buffered == 0)
        {
            return;
        }

        _file.Write(_buffer.AsSpan(0, _buffered), _flushed);
        _flushed += _buffered;
        _buffered = 0;
        if (_flushed - _synced >= SyncEveryBytes)
        {
            _file.SyncDraft();
            _synced = _flushed;
        }
    }
}
