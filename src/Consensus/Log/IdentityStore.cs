using System.Collections.Immutable;
using System.Security.Cryptography;
using StateServer.Consensus.Log.Native;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>
/// The file that says whose data folder it is. Made once, at the first start, before anything else; replaced as a whole at each
/// change (written under another name, synced, renamed, folder synced). Thread-safe; a change is durable when it returns.
/// </summary>
internal sealed class IdentityStore
{
    /// <summary>Peers that can be pinned: far more than a cluster of 7 ever meets, and the file stays small.</summary>
    public const int MaxPins = 1024;

    /// <summary>
    /// Removed members that are kept: a replacement an hour for two years, in an eighth of the largest file. Past it the
    /// replicated state alone knows them.
    /// </summary>
    public const int MaxRemoved = 16_384;

    private readonly string _path;
    private readonly IDisk _disk;
    private readonly Lock _gate = new();
    private FolderIdentity _current;

    private IdentityStore(string path, IDisk disk, FolderIdentity current)
    {
        _path = path;
        _disk = disk;
        _current = current;
    }

    /// <summary>What the file says; swapped at each change.</summary>
    public FolderIdentity Current => Volatile.Read(ref _current);

    /// <summary>Makes the file, with a folder id minted now.</summary>
    /// <exception cref="DiskFullException">No space for it; nothing was made.</exception>
    public static IdentityStore Create(string path, ClusterId cluster, NodeId node, IDisk disk)
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        do
        {
            RandomNumberGenerator.Fill(random);
        }
        while (BitConverter.ToUInt64(random) == 0);
        var identity = new FolderIdentity
        {
            Cluster = cluster,
            Node = node,
            Folder = new FolderId(BitConverter.ToUInt64(random)),
        };
        var store = new IdentityStore(path, disk, identity);
        store.Save(identity);
        return store;
    }

    /// <summary>Opens the file.</summary>
    /// <exception cref="LogDamagedException">It is missing, cut off, changed or of a newer format.</exception>
    public static IdentityStore Open(string path, IDisk disk)
    {
        if (!disk.Exists(path))
        {
            throw new LogDamagedException(path, 0, "the file is missing");
        }

        using IDiskFile file = disk.Open(path);
        if (file.Length > IdentityFormat.MaxBytes)
        {
            throw new LogDamagedException(path, IdentityFormat.MaxBytes, $"it has {file.Length} bytes, more than it can have");
        }

        byte[] bytes = new byte[file.Length];
        int read = file.Read(bytes, 0);
        return new IdentityStore(path, disk, IdentityFormat.Decode(bytes.AsSpan(0, read), path));
    }

    /// <summary>Notes that log and vote were made.</summary>
    /// <exception cref="IOException">It can't be written, for want of space for instance; nothing was changed.</exception>
    public void Complete() => Change(identity => identity with { IsComplete = true });

    /// <summary>Pins a peer's folder, once.</summary>
    /// <returns>False where another folder is pinned: that peer must be refused.</returns>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException"><see cref="MaxPins"/> are pinned.</exception>
    public bool Pin(NodeId peer, FolderId folder)
    {
        lock (_gate)
        {
            if (_current.Pins.TryGetValue(peer, out FolderId pinned))
            {
                return pinned == folder;
            }

            if (_current.Pins.Count >= MaxPins)
            {
                throw new InvalidOperationException($"{MaxPins} folders are pinned already; that of member {peer} can't be");
            }

            Save(_current with { Pins = _current.Pins.Add(peer, folder) });
            return true;
        }
    }

    /// <summary>Notes what the replicated state knows of folders and removed members, in one write; where nothing is new, in none.</summary>
    /// <param name="folders">Members' folders; one that is pinned already stays as it is.</param>
    /// <param name="removed">The removed members; a pin of theirs goes, since it is never looked at again.</param>
    /// <returns>False where <see cref="MaxPins"/> or <see cref="MaxRemoved"/> left some out.</returns>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    public bool Note(IEnumerable<KeyValuePair<NodeId, FolderId>> folders, IEnumerable<NodeId> removed)
    {
        lock (_gate)
        {
            NodeId[] gone = [.. removed.Where(id => !_current.Removed.Contains(id)).Order()];
            ImmutableSortedSet<NodeId> kept = _current.Removed.Union(gone.Take(MaxRemoved - _current.Removed.Count));
            ImmutableSortedDictionary<NodeId, FolderId> pins = _current.Pins.RemoveRange(gone);
            KeyValuePair<NodeId, FolderId>[] more =
                [.. folders.Where(item => !kept.Contains(item.Key) && !pins.ContainsKey(item.Key)).OrderBy(item => item.Key)];
            pins = pins.AddRange(more.Take(MaxPins - pins.Count));
            if (!ReferenceEquals(pins, _current.Pins) || !ReferenceEquals(kept, _current.Removed))
            {
                Save(_current with { Pins = pins, Removed = kept });
            }

            return gone.All(kept.Contains) && more.All(item => pins.ContainsKey(item.Key));
        }
    }

    /// <summary>Keeps a new cluster's configuration.</summary>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    public void KeepFirstConfiguration(ReadOnlySpan<byte> configuration)
    {
        ImmutableArray<byte> bytes = [.. configuration];
        Change(identity => identity with { FirstConfiguration = bytes });
    }

    /// <summary>Marks the folder as never to be used again. The first reason stays.</summary>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    public void Retire(string reason) =>
        Change(identity => identity with { RetiredReason = identity.RetiredReason ?? reason });

    private void Change(Func<FolderIdentity, FolderIdentity> change)
    {
        lock (_gate)
        {
            Save(change(_current));
        }
    }

    private void Save(FolderIdentity identity)
    {
        byte[] bytes = IdentityFormat.Encode(identity);
        string staged = _path + ".new";
        try
        {
            using (IDiskFile file = _disk.Create(staged))
            {
                file.Write(bytes, 0);
                file.Sync();
            }

            _disk.Rename(staged, _path);
        }
        catch (IOException)
        {
            _disk.Delete(staged);
            throw;
        }

        _disk.SyncFolder(Path.GetDirectoryName(_path)!);
        Volatile.Write(ref _current, identity);
    }
}
