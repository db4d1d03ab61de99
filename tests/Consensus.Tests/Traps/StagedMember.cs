using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Tests.Raft;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>One member on a <see cref="Stage"/>, with a disk that outlives its process.</summary>
internal sealed class StagedMember(Stage stage, NodeId id, ClusterConfiguration first, TimeSpan stickiness) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private OpenedLog? _opened;
    private DurableLog? _door;
    private LogFlusher? _flusher;
    private ApplyLoop? _applies;
    private MemberCluster? _cluster;
    private LeadershipTransfer? _transfer;

    public NodeId Id => id;

    public bool IsRunning => Volatile.Read(ref _cluster) is not null;

    public MemberCluster Cluster => _cluster!;

    public DurableLog Door => _door!;

    public SnapshotStore Snapshots => _opened!.Snapshots;

    public SnapshotInstaller Installer { get; private set; } = null!;

    public RecordedEnd End { get; private set; } = new();

    public RaftLog Log => _opened!.Log;

    public LearnerPushers Learners { get; private set; } = null!;

    public VoterChanges Changes { get; private set; } = null!;

    public RecordingApplier Applier { get; private set; } = new();

    /// <summary>While it is set, nothing is applied.</summary>
    public bool HoldsApplies { get; set; }

    public static ReplicaOptions Options(NodeId id) => new()
    {
        DataFolder = "/data",
        Id = id,
        Cluster = new(11),
        Name = $"m{id}",
        Zone = new("local-a"),
        PeerAddress = $"h:{id}",
        ClientUrls = [],
        InitialMembers = [],
        Version = "test",
        Heartbeat = TimeSpan.FromMilliseconds(20),
        ElectionTimeoutLow = TimeSpan.FromHours(1),
        ElectionTimeoutHigh = TimeSpan.FromHours(1),
    };

    public async Task StartAsync()
    {
        var options = Options(id) with { ElectionTimeoutLow = stickiness };
        var isNew = !File.Exists(_folder.File("vote"));
        var votes = isNew ? VoteStore.Create(_folder.File("vote"), LibcDisk.Instance) : VoteStore.Open(_folder.File("vote"), LibcDisk.Instance);
        var store = LogStore.Open(_folder.File("log"), Logs.Options(segmentBytes: 256 * 1024) with { MustExist = !isNew }, NullLogger.Instance);
        var log = new RaftLog(id, store, votes, new(0, first.Encode()), 0);
        var snapshots = SnapshotStore.Open(_folder.File("snapshots"), new() { Cluster = options.Cluster });
        _opened = new(log, store, votes, snapshots, _folder.File("library"));
        Applier = new() { Held = () => HoldsApplies };
        var end = End = new();
        _flusher = new(log, end);
        _applies = new(log, Applier, end);
        Installer = new(log, snapshots, _applies, Applier);
        _door = new(_opened.IdleFolder, id, log, snapshots, _applies, Installer.InstallAsync, _flusher.Appended, 64 * 1024);
        var cluster = new MemberCluster(options, log, MakePeer, TimeProvider.System, NullLogger.Instance) { AuditTrail = _door };
        Installer.Cluster = cluster;
        cluster.AppendedRound = () =>
        {
            _flusher.Appended();
            cluster.ForceRound();
        };
        _transfer = new(id, cluster, log, options, TimeProvider.System);
        Learners = new(
            id, cluster, log, stage.Roster, learner => new StagedLink(stage, id, learner.Id), options, TimeProvider.System, NullLogger.Instance);
        Changes = new(id, cluster, log, Learners, _transfer, () => Leadership(cluster, log), options, TimeProvider.System);
        _applies.Start();
        await cluster.StartAsync();
        Volatile.Write(ref _cluster, cluster);
    }

    /// <summary>As <see cref="RaftNode.LeadershipToken"/>.</summary>
    private CancellationToken Leadership(MemberCluster cluster, RaftLog log)
        => cluster.IsLeader && log.Leadership is { Term: > 0 } leadership && Applier.AppliedIndex >= leadership.Index
            ? cluster.LeadershipToken
            : new(canceled: true);

    /// <summary>Appends on this leader, without waiting.</summary>
    public EntryPosition Append(string command)
    {
        var position = Log.Append(Log.Leadership.Term, RecordKind.Command, Encoding.UTF8.GetBytes(command));
        Cluster.AppendedRound!();
        return position;
    }

    public Task AppliesAsync(long index) => TestCluster.EventuallyAsync(
        () => Applier.AppliedIndex >= index, () => $"{id} applied {Applier.AppliedIndex} of {index}, committed {Log.CommitIndex}");

    /// <summary>Leads, and has a follower acknowledge an entry: it may have been elected without that one, and needs only one of the others.</summary>
    public async Task HearsAsync(StagedMember follower)
    {
        await follower.HasAsync(Append("heard").Index);
        await TestCluster.EventuallyAsync(() => Cluster.LastContact(follower.Id) > 0, () => "it does not answer");
    }

    public Task HasAsync(long index) => TestCluster.EventuallyAsync(() => Log.DurableIndex >= index, () => $"{id} has {Log.DurableIndex}");

    public async Task StopAsync()
    {
        HoldsApplies = false;
        if (Interlocked.Exchange(ref _cluster, null) is { } cluster)
        {
            await Learners.DisposeAsync();
            await cluster.DisposeAsync();
            _transfer!.Dispose();
            _flusher!.Dispose();
            _applies!.Dispose();
            await _door!.DisposeAsync();
            _opened!.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    /// <summary>The disk of this stopped member lost the entries from that index on.</summary>
    public void LoseTail(long from)
    {
        using var store = LogStore.Open(_folder.File("log"), Logs.Options(segmentBytes: 256 * 1024) with { MustExist = true }, NullLogger.Instance);
        store.TruncateSuffix(from);
    }

    /// <summary>The disk of this stopped member has commands, from that index on, that no other one has.</summary>
    public void GainTail(long from, long term, int count)
    {
        using var store = LogStore.Open(_folder.File("log"), Logs.Options(segmentBytes: 256 * 1024) with { MustExist = true }, NullLogger.Instance);
        store.TruncateSuffix(from);
        store.Append([.. Logs.Records(from, count, term)], from - 1, reserve: true);
        store.Sync();
    }

    /// <summary>Ends the process and starts it anew; what was not applied stays so while <see cref="HoldsApplies"/>.</summary>
    public async Task RestartAsync()
    {
        var held = HoldsApplies;
        await StopAsync();
        HoldsApplies = held;
        await StartAsync();
    }

    private ClusterPeer MakePeer(ConfigurationMember member, MemberCluster cluster) => member.Id == id
        ? new LocalPeer(member, cluster)
        : new RemotePeer(member, cluster, Log, new StagedLink(stage, id, member.Id), Options(id));
}
