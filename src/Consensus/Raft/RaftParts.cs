using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Raft;

/// <summary>What a started <see cref="RaftNode"/> is made of, and the order in which that is started and stopped.</summary>
internal sealed class RaftParts : IAsyncDisposable
{
    private readonly OpenedLog _opened;
    private readonly DurableLog _door;
    private readonly LogFlusher _flusher;
    private readonly ApplyLoop _applies;
    private QuorumMonitor? _monitor;
    private LibraryWatch? _library;
    private readonly Func<QuorumMonitor> _monitorQuorum;
    private readonly Func<LibraryWatch> _watchLibrary;
    private readonly Func<Announcer> _announce;
    private Announcer? _announcer;

    private RaftParts(
        OpenedLog opened,
        DurableLog door,
        LogFlusher flusher,
        ApplyLoop applies,
        MemberCluster cluster,
        LeadershipTransfer transfer,
        SnapshotInstaller installer,
        LearnerPushers learners,
        VoterChanges changes,
        PinWriter pinWriter,
        Func<QuorumMonitor> monitorQuorum,
        Func<LibraryWatch> watchLibrary,
        Func<Announcer> announce)
    {
        _opened = opened;
        _door = door;
        _flusher = flusher;
        _applies = applies;
        _monitorQuorum = monitorQuorum;
        _watchLibrary = watchLibrary;
        _announce = announce;
        Learners = learners;
        Changes = changes;
        PinWriter = pinWriter;
        Cluster = cluster;
        Transfer = transfer;
        Installer = installer;
    }

    /// <summary>The log.</summary>
    public RaftLog Log => _opened.Log;

    /// <summary>The snapshots.</summary>
    public SnapshotStore Snapshots => _opened.Snapshots;

    /// <summary>The library's half.</summary>
    public MemberCluster Cluster { get; }

    /// <summary>Hands leadership over.</summary>
    public LeadershipTransfer Transfer { get; }

    /// <summary>Takes snapshots in.</summary>
    public SnapshotInstaller Installer { get; }

    /// <summary>Teaches the learners.</summary>
    public LearnerPushers Learners { get; }

    /// <summary>Changes the voters.</summary>
    public VoterChanges Changes { get; }

    /// <summary>Writes down what the log told of members.</summary>
    public PinWriter PinWriter { get; }

    /// <summary>What the last round of telling others where this member is came to; null where nothing was to be told.</summary>
    public string? Announced => Volatile.Read(ref _announcer)?.State;

    /// <summary>Why the library's half takes no part; null while it does.</summary>
    public string? LibraryTrouble => Volatile.Read(ref _library)?.Trouble;

    /// <summary>Puts the parts together; nothing runs yet but the threads that wait.</summary>
    public static RaftParts Assemble(
        RaftNode node,
        ReplicaOptions options,
        OpenedLog opened,
        IEntryApplier applier,
        TimeProvider time,
        ILogger logger,
        IProcessEnd end)
    {
        var log = opened.Log;
        var channels = node.Channels;
        log.Failed += end.End;
        var flusher = new LogFlusher(log, end);
        var applies = new ApplyLoop(log, applier, end);
        var installer = new SnapshotInstaller(log, opened.Snapshots, applies, applier);
        var door = new DurableLog(
            opened.IdleFolder, options.Id, log, opened.Snapshots, applies, installer.InstallAsync, flusher.Appended, MaxAppendBytes);
        var cluster = new MemberCluster(
            options,
            log,
            (member, cluster) =>
            {
                if (member.Id == options.Id)
                {
                    return new LocalPeer(member, cluster);
                }

                channels.Announce(member.Id, member.PeerAddress);
                node.Pins.Tell(member.Id, member.Folder);
                node.Guard.Know([member.Id]);
                node.Guard.AcceptsStrangers = false;
                return new RemotePeer(
                    member, cluster, log, new GrpcPeerLink(member.Id, channels, opened.Snapshots, options, time), options);
            },
            time,
            logger)
        {
            AuditTrail = door,
        };
        installer.Cluster = cluster;
        cluster.AppendedRound = () =>
        {
            flusher.Appended();
            cluster.ForceRound();
        };
        var transfer = new LeadershipTransfer(options.Id, cluster, log, options, time);
        var learners = new LearnerPushers(
            options.Id,
            cluster,
            log,
            MemberRoster.Empty,
            learner => new GrpcPeerLink(learner.Id, channels, opened.Snapshots, options, time),
            options,
            time,
            logger);
        return new(
            opened,
            door,
            flusher,
            applies,
            cluster,
            transfer,
            installer,
            learners,
            new(options.Id, cluster, log, learners, transfer, () => node.LeadershipToken, options, time),
            new(node.Pins, time, logger),
            () => new(options.Id, cluster, log, options, time, logger),
            () => new(
                () => cluster.Collapse,
                cluster.TakeTurnAsync,
                () => installer.IsInstalling || log.SyncingFor >= options.ElectionTimeoutLow,
                options.Heartbeat,
                time,
                end,
                logger),
            () => new(
                options,
                channels,
                () => !cluster.CurrentLeader.IsNone,
                () => node.KnownMembers.Select(member => member.Id),
                time,
                logger));
    }

    /// <summary>Payload bytes that one append message carries at most; one larger entry travels alone.</summary>
    private const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>Starts to apply, then to follow.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _applies.Start();
        await Cluster.StartAsync(cancellationToken).ConfigureAwait(false);
        _monitor = _monitorQuorum();
        Volatile.Write(ref _library, _watchLibrary());
        Volatile.Write(ref _announcer, _announce());
    }

    /// <summary>This member appended as the leader: make it durable, and send it out.</summary>
    public void Appended() => Cluster.AppendedRound!();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _library?.Dispose();
        _monitor?.Dispose();
        if (_announcer is not null)
        {
            await _announcer.DisposeAsync().ConfigureAwait(false);
        }

        await Learners.DisposeAsync().ConfigureAwait(false);
        PinWriter.Dispose();
        await Cluster.DisposeAsync().ConfigureAwait(false);
        Transfer.Dispose();
        _flusher.Dispose();
        _applies.Dispose();
        await _door.DisposeAsync().ConfigureAwait(false);
        _opened.Dispose();
    }
}
