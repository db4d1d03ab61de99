using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log.Native;
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
    private readonly Func<QuorumMonitor> _watch;

    private RaftParts(
        OpenedLog opened,
        DurableLog door,
        LogFlusher flusher,
        ApplyLoop applies,
        MemberCluster cluster,
        LeadershipTransfer transfer,
        SnapshotInstaller installer,
        Func<QuorumMonitor> watch)
    {
        _opened = opened;
        _door = door;
        _flusher = flusher;
        _applies = applies;
        _watch = watch;
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

                if (channels.AddressOf(member.Id) is null)
                {
                    channels.SetAddress(member.Id, member.PeerAddress);
                }

                node.Guard.Know([member.Id]);
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
        return new(
            opened,
            door,
            flusher,
            applies,
            cluster,
            new(options.Id, cluster, log, options, time),
            installer,
            () => new(options.Id, cluster, log, options, time, end, logger));
    }

    /// <summary>Payload bytes that one append message carries at most; one larger entry travels alone.</summary>
    private const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>Starts to apply, then to follow.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _applies.Start();
        await Cluster.StartAsync(cancellationToken).ConfigureAwait(false);
        _monitor = _watch();
    }

    /// <summary>This member appended as the leader: make it durable, and send it out.</summary>
    public void Appended() => Cluster.AppendedRound!();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _monitor?.Dispose();
        await Cluster.DisposeAsync().ConfigureAwait(false);
        Transfer.Dispose();
        _flusher.Dispose();
        _applies.Dispose();
        await _door.DisposeAsync().ConfigureAwait(false);
        _opened.Dispose();
    }
}
