using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Recovery;
using StateServer.Consensus.Snapshots;

namespace StateServer.Consensus.Raft;

/// <summary>
/// One member's data folder: identity, vote, log, snapshots, and an empty one for the library. Whatever is damaged, or belongs
/// to another member, is an error here, before anything votes. Not thread-safe.
/// </summary>
internal sealed class MemberFolder
{
    private readonly ReplicaOptions _options;
    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IdentityStore _identity;

    private MemberFolder(ReplicaOptions options, IDisk disk, TimeProvider time, ILogger logger, IdentityStore identity)
    {
        _options = options;
        _disk = disk;
        _time = time;
        _logger = logger;
        _identity = identity;
        Identity = new(options.Cluster, options.Id, identity.Current.Folder);
        Pins = new(identity);
    }

    /// <summary>Who this member is.</summary>
    public MemberIdentity Identity { get; }

    /// <summary>The folders that ids are bound to.</summary>
    public FolderPins Pins { get; }

    /// <summary>The new cluster's first configuration, once all its members are bound; null before.</summary>
    public ClusterConfiguration? FirstConfiguration => _identity.Current.FirstConfiguration is { IsEmpty: false } bytes
        ? ClusterConfiguration.Decode(bytes.AsSpan())
        : null;

    /// <summary>Makes the identity at the first start, and reads it at every later one.</summary>
    /// <exception cref="LogDamagedException">It is damaged, or missing beside a log.</exception>
    /// <exception cref="MemberFolderException">The folder belongs to another member or cluster, or was retired.</exception>
    public static MemberFolder Open(ReplicaOptions options, IDisk disk, TimeProvider time, ILogger logger)
    {
        var folder = Path.GetFullPath(options.DataFolder);
        disk.CreateFolder(folder);
        RecoveredFolder.Finish(folder, disk);
        var path = Path.Combine(folder, "identity");
        if (!disk.Exists(path) && disk.Files(LogFolder(folder)).Count > 0)
        {
            throw new LogDamagedException(path, 0, "the file is missing, and a log is there");
        }

        var identity = disk.Exists(path)
            ? IdentityStore.Open(path, disk)
            : IdentityStore.Create(path, options.Cluster, options.Id, disk);
        var found = identity.Current;
        if (found.Cluster != options.Cluster || found.Node != options.Id)
        {
            throw new MemberFolderException(
                $"{folder} belongs to member {found.Node} of cluster {found.Cluster}, not to member {options.Id} of cluster {options.Cluster}");
        }

        return found.RetiredReason is { } reason
            ? throw new MemberFolderException($"{folder} was retired and must not be used again: {reason}", isRetired: true)
            : new(options, disk, time, logger, identity);
    }

    /// <summary>Keeps the first configuration; from then on restarts need no exchange.</summary>
    public void KeepFirstConfiguration(ClusterConfiguration configuration) => _identity.KeepFirstConfiguration(configuration.Encode());

    /// <summary>Marks the folder so that no later start uses it; durable when it returns.</summary>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    public void Retire(string reason) => _identity.Retire(reason);

    /// <summary>Opens or makes the rest, and restores the newest snapshot into the applier before the log is taken over (trap 17).</summary>
    /// <exception cref="LogDamagedException">Something is damaged: this member must not vote.</exception>
    /// <exception cref="LogSpaceException">No space for a new log.</exception>
    public OpenedLog OpenLog(ClusterConfiguration first, IEntryApplier applier)
    {
        var folder = Path.GetFullPath(_options.DataFolder);
        var complete = _identity.Current.IsComplete;
        var snapshots = OpenSnapshots();
        var votePath = Path.Combine(folder, "vote");
        var votes = complete || _disk.Exists(votePath) ? VoteStore.Open(votePath, _disk) : VoteStore.Create(votePath, _disk);
        var store = LogStore.Open(
            LogFolder(folder),
            new()
            {
                Cluster = _options.Cluster,
                Node = _options.Id,
                Folder = Identity.Folder,
                MustExist = complete,
                Disk = _disk,
                Time = _time,
            },
            _logger);
        if (!complete)
        {
            _identity.Complete();
        }

        var newest = snapshots.Newest;
        if (newest is not null)
        {
            FitToSnapshot(store, newest);
            using var content = snapshots.Open(newest);
            applier.Restore(newest.Index, newest.Term, content);
        }
        else if (store.Boundary.Index > 0)
        {
            throw new LogDamagedException(
                Path.Combine(folder, "snapshots"), 0, $"no snapshot is there, and the log begins behind entry {store.Boundary.Index}");
        }

        var log = newest is null
            ? new RaftLog(_options.Id, store, votes, new(0, first.Encode()), 0)
            : new RaftLog(_options.Id, store, votes, new(newest.ConfigurationIndex, newest.Configuration), newest.Index);
        return new(log, store, votes, snapshots, Path.Combine(folder, "library"));
    }

    /// <summary>Before the first start: the checksum of the snapshot that the folder was restored with; 0 where it begins empty.</summary>
    /// <exception cref="LogDamagedException">That snapshot isn't whole.</exception>
    public ulong Beginning()
    {
        using var snapshots = OpenSnapshots();
        return snapshots.Newest?.Checksum ?? 0;
    }

    private SnapshotStore OpenSnapshots() => SnapshotStore.Open(
        Path.Combine(Path.GetFullPath(_options.DataFolder), "snapshots"),
        new() { Cluster = _options.Cluster, Disk = _disk, Time = _time });

    private static string LogFolder(string folder) => Path.Combine(folder, "log");

    /// <summary>A crash between the installation of a leader's snapshot and the log's reset leaves a log that ends, or parts, before it.</summary>
    private static void FitToSnapshot(LogStore store, SnapshotInfo newest)
    {
        if (newest.Index > store.LastIndex
            || (newest.Index >= store.Boundary.Index && store.TermAt(newest.Index) != newest.Term))
        {
            store.Reset(newest.Position);
        }
        else if (newest.Index < store.Boundary.Index)
        {
            throw new LogDamagedException(
                newest.Path, 0, $"it ends at entry {newest.Index}, and the log begins behind entry {store.Boundary.Index}");
        }
    }
}
