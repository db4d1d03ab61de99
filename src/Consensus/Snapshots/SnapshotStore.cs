using System.Globalization;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Snapshots;

/// <summary>
/// The snapshots on disk: the newest one, and the one before it until the newest is durable. Staged, checksummed, synced, read
/// back, renamed, and the folder synced. Thread-safe; at most one is written and one received at a time.
/// </summary>
internal sealed class SnapshotStore : IDisposable
{
    private const string StagedPrefix = "staged-";
    private readonly string _folder;
    private readonly IDisk _disk;
    private readonly Lock _gate = new();
    private SnapshotInfo? _newest;
    private long _stagedNames;
    private SnapshotWriter? _writer;
    private SnapshotReceiver? _receiver;

    private SnapshotStore(string folder, SnapshotStoreOptions options)
    {
        _folder = folder;
        _disk = options.Disk;
        Options = options;
    }

    /// <summary>The tag of the meters for one written here.</summary>
    internal static KeyValuePair<string, object?> Written { get; } = new("source", "written");

    /// <summary>The tag of the meters for one received.</summary>
    internal static KeyValuePair<string, object?> ReceivedTag { get; } = new("source", "received");

    /// <summary>The newest durable snapshot, or null.</summary>
    public SnapshotInfo? Newest => Volatile.Read(ref _newest);

    internal SnapshotStoreOptions Options { get; }

    internal ClusterId Cluster => Options.Cluster;

    /// <summary>Opens the folder, or makes it; deletes what was staged, and all but the newest snapshot.</summary>
    /// <exception cref="LogDamagedException">
    /// The newest one's header or trailer isn't whole. Its content is read, and compared, by <see cref="Open(SnapshotInfo)"/>.
    /// </exception>
    public static SnapshotStore Open(string folder, SnapshotStoreOptions options)
    {
        string path = Path.GetFullPath(folder);
        var store = new SnapshotStore(path, options);
        store._disk.CreateFolder(path);
        store._disk.SyncFolder(Path.GetDirectoryName(path)!);
        store.Load();
        return store;
    }

    /// <summary>Begins a snapshot of an immutable version of the state.</summary>
    /// <param name="position">The last entry in it.</param>
    /// <param name="configuration">The configuration in force there, encoded.</param>
    /// <param name="configurationIndex">That configuration's index.</param>
    /// <exception cref="DiskFullException">No space; nothing is left behind.</exception>
    /// <exception cref="InvalidOperationException">One is being written.</exception>
    public SnapshotWriter Begin(EntryPosition position, ReadOnlyMemory<byte> configuration, long configurationIndex)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(configuration.Length, SnapshotFormat.MaxConfigurationBytes);
        lock (_gate)
        {
            if (_writer is { IsDone: false })
            {
                throw new InvalidOperationException("a snapshot is being written");
            }

            byte[] header = SnapshotFormat.Header(Cluster, position, configurationIndex, configuration.Length);
            return _writer = new SnapshotWriter(this, Stage(), position, header, configuration.Span);
        }
    }

    /// <summary>Begins to receive a snapshot file; one that was being received is given up.</summary>
    /// <param name="position">The last entry in it, as the leader says.</param>
    /// <param name="length">Bytes of the whole file (<see cref="SnapshotInfo.FileBytes"/>).</param>
    /// <param name="checksum">The leader's <see cref="SnapshotInfo.Checksum"/>.</param>
    /// <exception cref="SnapshotRefusedException">A length that can't be.</exception>
    /// <exception cref="DiskFullException">No space for all of it; nothing is left behind.</exception>
    public SnapshotReceiver BeginReceive(EntryPosition position, long length, ulong checksum)
    {
        if (length < SnapshotFormat.HeaderBytes + SnapshotFormat.TrailerBytes)
        {
            throw new SnapshotRefusedException($"a snapshot can't have {length} bytes");
        }

        lock (_gate)
        {
            _receiver?.Dispose();
            StagedFile staged = Stage();
            try
            {
                staged.File.Reserve(length);
            }
            catch (IOException)
            {
                staged.Dispose();
                throw;
            }

            return _receiver = new SnapshotReceiver(this, staged, position, length, checksum);
        }
    }

    /// <summary>Opens a snapshot's state after comparing the whole file with its checksum.</summary>
    /// <exception cref="LogDamagedException">It isn't what was written.</exception>
    /// <exception cref="FileNotFoundException">A newer one has taken its place.</exception>
    public Stream Open(SnapshotInfo info)
    {
        IDiskFile file = _disk.Open(info.Path);
        try
        {
            SnapshotFormat.Verify(file, info);
            return new SnapshotContent(file, info.ContentOffset, info.ContentBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens the whole file, to send it; the receiver compares it.</summary>
    /// <exception cref="FileNotFoundException">A newer one has taken its place.</exception>
    public Stream OpenFile(SnapshotInfo info) => new SnapshotContent(_disk.Open(info.Path), 0, info.FileBytes);

    /// <summary>Gives up what is being written or received.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            _receiver?.Dispose();
        }
    }

    /// <summary>Reads a synced, staged file back, names it and lets the older ones go.</summary>
    internal SnapshotInfo Finish(StagedFile staged, EntryPosition position, ulong checksum)
    {
        string path = Path.Combine(_folder, SnapshotFormat.NameOf(position));
        SnapshotInfo info = SnapshotFormat.ReadInfo(staged.File, path, Cluster);
        if (info.Checksum != checksum || info.Position != position)
        {
            throw new LogDamagedException(path, 0, "the disk doesn't give back what was written");
        }

        SnapshotFormat.Verify(staged.File, info);
        lock (_gate)
        {
            if (_newest is { } newest && newest.Index >= position.Index)
            {
                return newest;
            }

            staged.RenameTo(path);
            SnapshotInfo? older = _newest;
            Volatile.Write(ref _newest, info);
            if (older is not null)
            {
                _disk.Delete(older.Path);
            }

            return info;
        }
    }

    private StagedFile Stage() => new(
        _disk,
        Path.Combine(_folder, StagedPrefix + (++_stagedNames).ToString(CultureInfo.InvariantCulture)));

    private void Load()
    {
        var found = new SortedList<long, string>();
        foreach (string name in _disk.Files(_folder))
        {
            string path = Path.Combine(_folder, name);
            if (SnapshotFormat.TryParseName(name, out EntryPosition position))
            {
                found[position.Index] = path;
            }
            else if (name.StartsWith(StagedPrefix, StringComparison.Ordinal))
            {
                _disk.Delete(path);
            }
        }

        if (found.Count == 0)
        {
            return;
        }

        string newest = found.GetValueAtIndex(found.Count - 1);
        using (IDiskFile file = _disk.Open(newest))
        {
            _newest = SnapshotFormat.ReadInfo(file, newest, Cluster);
        }

        if (newest != Path.Combine(_folder, SnapshotFormat.NameOf(_newest.Position)))
        {
            throw new LogDamagedException(newest, 32, $"it holds {_newest.Position}, and its name says another");
        }

        for (int place = 0; place < found.Count - 1; place++)
        {
            _disk.Delete(found.GetValueAtIndex(place));
        }
    }
}
