using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Rehearsal;

/// <summary>
/// One of the members of a rehearsal: a Raft core of its own, without a port, and with its log and vote in memory. Only the library's
/// own log, which stays idle, has a folder. Started and disposed once.
/// </summary>
/// <param name="options">Of this member of the rehearsal.</param>
/// <param name="find">The library's half of each of its members; null as long as it isn't started.</param>
/// <param name="time">The clock.</param>
internal sealed class RehearsedMember(ReplicaOptions options, Func<NodeId, MemberCluster?> find, TimeProvider time) : IAsyncDisposable
{
    private const int MaxBytes = 16 * 1024;

    private readonly RehearsedApplier _applier = new();
    private readonly RehearsedEnd _end = new();
    private readonly RehearsedDisk _disk = new();
    private VoteStore? _votes;
    private LogStore? _store;
    private SnapshotStore? _snapshots;
    private LogFlusher? _flusher;
    private ApplyLoop? _applies;
    private DurableLog? _door;
    private MemberCluster? _cluster;
    private RaftLog? _log;

    /// <summary>This member.</summary>
    public NodeId Id => options.Id;

    /// <summary>The library's half of it; null before it is made.</summary>
    public MemberCluster? Cluster => Volatile.Read(ref _cluster);

    /// <summary>Its log, once started.</summary>
    public RaftLog Log => _log!;

    /// <summary>True where it leads, and its first entry is applied.</summary>
    public bool Leads => Cluster is { IsLeader: true } && _log!.Leadership is { Term: > 0 } leadership && AppliedIndex >= leadership.Index;

    /// <summary>The last index that it applied.</summary>
    public long AppliedIndex => _applier.AppliedIndex;

    /// <summary>Why its process would have ended; null where it wouldn't.</summary>
    public string? Ended => _end.Line;

    /// <summary>Makes its folder and starts it as a follower that nobody hears.</summary>
    /// <param name="voters">Who votes, this member among them.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public async Task StartAsync(ClusterConfiguration voters, CancellationToken cancellationToken)
    {
        var folder = options.DataFolder;
        Directory.CreateDirectory(folder);
        _votes = VoteStore.Create(Path.Combine(folder, "vote"), _disk);
        _store = LogStore.Open(
            Path.Combine(folder, "log"),
            new() { Cluster = options.Cluster, Node = Id, Folder = new(Id.Value), SegmentBytes = 4 * MaxBytes, CacheBytes = MaxBytes, Disk = _disk, Time = time },
            NullLogger.Instance);
        _snapshots = SnapshotStore.Open(Path.Combine(folder, "snapshots"), new() { Cluster = options.Cluster, Disk = _disk, Time = time });
        var log = _log = new RaftLog(Id, _store, _votes, new(0, voters.Encode()), 0);
        var flusher = _flusher = new LogFlusher(log, _end);
        _applies = new ApplyLoop(log, _applier, _end);
        var installer = new SnapshotInstaller(log, _snapshots, _applies, _applier);
        _door = new(Path.Combine(folder, "library"), Id, log, _snapshots, _applies, installer.InstallAsync, flusher.Appended, MaxBytes);
        var cluster = new MemberCluster(options, log, MakePeer, time, NullLogger.Instance) { AuditTrail = _door, IsMeasured = false };
        installer.Cluster = cluster;
        cluster.AppendedRound = () =>
        {
            flusher.Appended();
            cluster.ForceRound();
        };
        _applies.Start();
        Volatile.Write(ref _cluster, cluster);
        await cluster.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Appends an entry as the leader, without waiting.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="NotLeadingException">It doesn't lead.</exception>
    public long Append()
    {
        var position = Log.Append(Log.Leadership.Term, RecordKind.Command, new byte[1]);
        Cluster!.AppendedRound!();
        return position.Index;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Cluster is { } cluster)
        {
            await cluster.DisposeAsync().ConfigureAwait(false);

            // The library has failed what waits for a leader, or to lead. Nobody does, and what nobody looks at is reported as a defect.
            Task[] failures =
            [
                cluster.WaitForLeaderAsync(Timeout.InfiniteTimeSpan, CancellationToken.None),
                cluster.WaitForLeadershipAsync(CancellationToken.None),
            ];
            await Task.WhenAll(failures).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _flusher?.Dispose();
        _applies?.Dispose();
        if (_door is not null)
        {
            await _door.DisposeAsync().ConfigureAwait(false);
        }

        _snapshots?.Dispose();
        _store?.Dispose();
        _votes?.Dispose();
    }

    private ClusterPeer MakePeer(ConfigurationMember member, MemberCluster cluster) => member.Id == Id
        ? new LocalPeer(member, cluster)
        : new RemotePeer(member, cluster, Log, new RehearsedLink(Id, member.Id, find), options);
}
