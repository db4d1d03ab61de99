using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Apply;

namespace StateServer.Consensus.Recovery;

/// <summary>A member's disk, opened for reading alone. Not thread-safe.</summary>
internal sealed class OpenedDisk : IDisposable
{
    private const int ReadBytes = 4 * 1024 * 1024;
    private readonly OverlayDisk _disk;
    private readonly FolderIdentity _identity;
    private readonly SnapshotStore _snapshots;
    private readonly LogStore? _store;
    private readonly long _term;

    private OpenedDisk(OverlayDisk disk, FolderIdentity identity, SnapshotStore snapshots, LogStore? store, long term)
    {
        _disk = disk;
        _identity = identity;
        _snapshots = snapshots;
        _store = store;
        _term = term;
    }

    /// <summary>The entries behind the snapshot count; they don't where the snapshot took the log's place and the log wasn't reset yet.</summary>
    private bool HasEntries => _store is { } store && (_snapshots.Newest is not { } newest
        || (newest.Index <= store.LastIndex && (newest.Index < store.Boundary.Index || store.TermAt(newest.Index) == newest.Term)));

    /// <summary>Opens it.</summary>
    /// <param name="folder">The data folder, absolute.</param>
    /// <param name="tell">Told whose it is before the rest is opened, which may be damaged.</param>
    /// <exception cref="LogDamagedException">Something that was made durable is not what it was.</exception>
    /// <exception cref="IOException">Something can't be read.</exception>
    public static OpenedDisk Open(string folder, Action<FolderIdentity> tell)
    {
        var disk = new OverlayDisk();
        SnapshotStore? snapshots = null;
        try
        {
            FolderIdentity identity = IdentityStore.Open(Path.Combine(folder, "identity"), disk).Current;
            tell(identity);
            snapshots = SnapshotStore.Open(Path.Combine(folder, "snapshots"), new() { Cluster = identity.Cluster, Disk = disk });
            string vote = Path.Combine(folder, "vote");
            long term = 0;
            if (identity.IsComplete || disk.Exists(vote))
            {
                using var votes = VoteStore.Open(vote, disk);
                term = votes.Term;
            }

            return new(disk, identity, snapshots, OpenLog(Path.Combine(folder, "log"), identity, disk), term);
        }
        catch
        {
            snapshots?.Dispose();
            disk.Dispose();
            throw;
        }
    }

    /// <summary>What the log says.</summary>
    /// <exception cref="LogDamagedException">Log and snapshot don't belong together, or the snapshot isn't whole.</exception>
    public HeldLog Look()
    {
        var newest = _snapshots.Newest;
        if (newest is not null)
        {
            using var content = _snapshots.Open(newest);
        }

        CheckGap(newest);
        var last = HasEntries ? _store!.LastPosition : newest?.Position ?? default;
        var commit = Math.Max(newest?.Index ?? 0, HasEntries ? Math.Min(_store!.RecoveredCommitIndex, last.Index) : 0);
        return new(_term, last.Term, last.Index, commit, newest?.Index ?? 0, Configurations(newest, commit));
    }

    /// <summary>The state: the snapshot, and all entries behind it.</summary>
    /// <exception cref="LogDamagedException">Something isn't whole.</exception>
    /// <exception cref="UnknownFormatException">A newer executable wrote it.</exception>
    /// <exception cref="InvalidOperationException">An entry can't be applied: a broken invariant.</exception>
    public ReplicatedState Rebuild()
    {
        var newest = _snapshots.Newest;
        CheckGap(newest);
        var state = ReplicatedState.Empty;
        if (newest is not null)
        {
            using var content = _snapshots.Open(newest);
            state = StateSnapshotCodec.Read(content);
        }

        foreach (var record in Entries((newest?.Index ?? 0) + 1))
        {
            state = record switch
            {
                { Kind: RecordKind.Configuration } => StateMachine
                    .ApplyVoters(state, record.Index, [.. ClusterConfiguration.Decode(record.Payload.Span).Voters]).State,
                { Kind: RecordKind.Command, Payload.IsEmpty: false } => StateMachine
                    .Apply(state, record.Index, record.Term, BatchCodec.Decode(record.Payload)).State,
                _ => state,
            };
        }

        return state;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store?.Dispose();
        _snapshots.Dispose();
        _disk.Dispose();
    }

    /// <summary>Null before the first start, which makes it.</summary>
    private static LogStore? OpenLog(string folder, FolderIdentity identity, OverlayDisk disk)
    {
        if (!identity.IsComplete && !disk.Exists(Path.Combine(folder, LogRecovery.IntentName)))
        {
            return null;
        }

        LogStoreOptions options = new()
        {
            Cluster = identity.Cluster,
            Node = identity.Node,
            Folder = identity.Folder,
            MustExist = true,
            PrepareInBackground = false,
            CacheBytes = 0,
            Disk = disk,
        };
        return LogStore.Open(folder, options, NullLogger.Instance);
    }

    private void CheckGap(SnapshotInfo? newest)
    {
        if (_store is { } store && store.Boundary.Index > (newest?.Index ?? 0))
        {
            throw new LogDamagedException(
                newest?.Path ?? "snapshots",
                0,
                newest is null
                    ? $"no snapshot is there, and the log begins behind entry {store.Boundary.Index}"
                    : $"it ends at entry {newest.Index}, and the log begins behind entry {store.Boundary.Index}");
        }
    }

    private ImmutableArray<ImmutableArray<InitialMember>> Configurations(SnapshotInfo? newest, long commit)
    {
        List<ClusterConfiguration> found =
        [
            ClusterConfiguration.Decode(newest is null ? _identity.FirstConfiguration.AsSpan() : newest.Configuration.Span),
        ];
        foreach (var record in Entries((newest?.ConfigurationIndex ?? 0) + 1).Where(record => record.Kind == RecordKind.Configuration))
        {
            if (record.Index <= commit)
            {
                found.Clear();
            }

            found.Add(ClusterConfiguration.Decode(record.Payload.Span));
        }

        return
        [
            .. found.Select(configuration =>
                configuration.Members.Select(member => new InitialMember(member.Id, member.Name, member.PeerAddress)).ToImmutableArray()),
        ];
    }

    private IEnumerable<LogRecord> Entries(long from)
    {
        if (!HasEntries)
        {
            yield break;
        }

        List<LogRecord> records = [];
        for (long next = Math.Max(from, _store!.FirstIndex); next <= _store.LastIndex; next += records.Count)
        {
            records.Clear();
            _store.Read(next, _store.LastIndex, ReadBytes, records);
            foreach (var record in records)
            {
                yield return record;
            }
        }
    }
}
