using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Duties;
using StateServer.Consensus.Leases;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Consensus.Transport;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Replica;

/// <summary>The replica of this process: puts its parts together, starts and stops them. Thread-safe.</summary>
internal sealed class LocalReplica : IReplica, IInternalProposals, ILeaderLog, IAsyncDisposable
{
    /// <summary>How often deadlines and the view of the leader are looked after; a deadline is met to within this.</summary>
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a stopping member waits for what it has sent.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    /// <summary>How long a member that was told to stop may be away before its silence is a loss: a restart of its machine, and an operator's look at it.</summary>
    private static readonly TimeSpan PlannedAbsence = TimeSpan.FromMinutes(10);

    /// <summary>How long a stop waits for its announcement; a commit takes milliseconds.</summary>
    private static readonly TimeSpan AnnouncementTime = TimeSpan.FromSeconds(1);

    private readonly ReplicaOptions _options;
    private readonly ReplicaCore _core;
    private readonly IRaftNode _raft;
    private readonly IReplicaPeers _peers;
    private readonly TimeProvider _time;
    private readonly LeadershipWatch _leadership;
    private readonly Standing _standing;
    private readonly SpaceGate _space;
    private readonly Proposer _proposer;
    private readonly ReadIndexSource _readIndexes;
    private readonly LinearizableReads _reads;
    private readonly LeaseTable _leaseTable;
    private readonly LeaseTimes _leases;
    private readonly StatusSource _status;
    private readonly MemberObserver _observer;
    private readonly Preparation _preparation;
    private readonly MembershipControl _membership;
    private readonly IReadOnlyList<DutyLoop> _duties;
    private readonly CancellationTokenSource _stop = new();
    private readonly Meter _meter = new(ReplicaMeter.Name);
    private Task _loops = Task.CompletedTask;
    private long _toldTerm;
    private int _stopping;

    /// <summary>Puts it together; nothing runs before <see cref="StartAsync"/>. What the layer above notes is asked for at each status.</summary>
    public LocalReplica(
        ReplicaOptions options,
        FolderId folder,
        ReplicaCore core,
        IRaftNode raft,
        IReplicaPeers peers,
        ISnapshotSink snapshots,
        IDiskSpace disk,
        TimeProvider time,
        ILoggerFactory loggers,
        Func<StatusNotes>? notes = null)
    {
        var logger = loggers.CreateLogger<LocalReplica>();
        _options = options;
        _core = core;
        _raft = raft;
        _peers = peers;
        _time = time;
        _leadership = new(raft);
        _standing = new(options.Id);
        _space = new(options, raft, disk, logger);
        _proposer = new(options, core.Queue, raft, _leadership, core.Applier, peers, _space, time, logger);
        _readIndexes = new(options, raft, _leadership, peers, time);
        _reads = new(options, _readIndexes, core.Applier, time);
        _leaseTable = new(time);
        _leases = new(options, _leadership, _reads, core.Applier, _leaseTable, peers, _standing, time);
        _leadership.Changed += (before, _) => _leaseTable.Leave(before);
        _leadership.Changed += (_, _) => LeadershipChanged?.Invoke();
        core.Applier.Applied += _leaseTable.Applied;
        _preparation = new(options, raft, peers, time, logger);
        _membership = new(options, raft, _leadership, peers, _preparation, time);
        _status = new(
            options, raft, core.Applier, _space, _standing, snapshots, time.GetUtcNow(), () => _membership.Reaches, notes ?? (() => StatusNotes.None));
        _observer = new(options.Id, () => Status, peers, time);
        _duties = MakeDuties(folder, snapshots, logger);
        Desk = new(options, core.Queue, raft, _leadership, _space, _readIndexes, _leases, core.Digests, _standing, () => Status, peers, _preparation, time);
        core.Applier.Applied += applied =>
        {
            if (_standing.Observe(applied.State))
            {
                raft.KeepFromLeading(_standing.IsCorrupt ? _standing.Problem : null);
            }
        };
        core.Applier.Advanced += _proposer.Advanced;
        core.Applier.Advanced += TellTerm;
        var roster = new RosterSource(raft, this, time);
        core.Applier.Applied += applied => roster.Observe(applied.State);
        _ = CloseWhenRemovedAsync();
        _meter.CreateObservableGauge("stateserver.queue.size", () => core.Queue.Bytes, "By", "Bytes of commands that are not answered yet");
        _meter.CreateObservableGauge("stateserver.queue.commands", () => core.Queue.Waiting, "{command}", "Commands of this member's clients that are not answered yet");
        _meter.CreateObservableGauge("stateserver.apply.lag", () => Math.Max(0, raft.Status.CommitIndex - core.Applier.AppliedIndex), "{entry}", "Committed entries not applied yet");
        _meter.CreateObservableGauge("stateserver.leases", () => State.Keyspace.LeaseCount, "{lease}", "Leases that exist");
        _meter.CreateObservableGauge("stateserver.quota.use", () => SpaceQuota.UseOf(State), "By", "What the state takes of its quota");
        _meter.CreateObservableGauge("stateserver.quota.size", () => options.QuotaBytes == SpaceQuota.None ? 0 : options.QuotaBytes, "By", "How much state there may be; 0 for any");
        _meter.CreateObservableGauge("stateserver.log.fsync.under_way", () => raft.Status.SyncingFor.TotalSeconds, "s", "How long a sync of the log has been under way; 0 for none");
        _meter.CreateObservableGauge("stateserver.leader", () => _leadership.Current.IsSelf ? 1 : 0, "{leader}", "1 on the leader");
    }

    /// <inheritdoc/>
    public event Action<AppliedEntry>? Applied
    {
        add => _core.Applier.Applied += value;
        remove => _core.Applier.Applied -= value;
    }

    /// <inheritdoc/>
    public event Action? LeadershipChanged;

    /// <inheritdoc/>
    public long? LeadingTerm =>
        _leadership.Current is { IsSelf: true, Term: var term } && !_raft.LeadershipToken.IsCancellationRequested ? term : null;

    /// <inheritdoc/>
    public ReplicatedState State => _core.Applier.Point.State;

    /// <inheritdoc/>
    public MemberStatus Status => _status.Build();

    /// <inheritdoc/>
    public MemberPosition Position => _raft.Position;

    /// <summary>The time that leases have left.</summary>
    public ILeaseTimes Leases => _leases;

    /// <summary>Who votes, and how the leader changes that.</summary>
    public IMembershipControl Membership => _membership;

    /// <summary>What this member does for others.</summary>
    public PeerDesk Desk { get; }

    /// <summary>Linearizable reads' rounds, for tests and metrics.</summary>
    internal (long ReadIndexes, long QuorumRounds) ReadRounds => (_reads.Rounds, _readIndexes.QuorumRounds);

    /// <summary>Starts to take part: returns when this member follows or leads. Proposals and reads may wait for that already.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _loops = Task.WhenAll(
            [
                Task.Run(() => _proposer.RunAsync(_stop.Token), CancellationToken.None),
                .. _duties.Select(duty => Task.Run(() => duty.RunAsync(_stop.Token), CancellationToken.None)),
            ]);
        await _raft.StartAsync(cancellationToken).ConfigureAwait(false);
        _leadership.Refresh();
    }

    /// <summary>
    /// Tells the cluster that this member is going to stop, so that its silence is no loss for a while. Where that can't be said
    /// soon (no leader, no quorum, a cluster of one) it isn't: a stop waits for nothing that doesn't come.
    /// </summary>
    /// <returns>Null, or in one line why it was not said.</returns>
    public async ValueTask<string?> AnnounceStopAsync(CancellationToken cancellationToken)
    {
        var state = State;
        if (state.FeatureLevel < MembershipCommand.FirstFeatureLevel
            || !state.Members.ContainsKey(_options.Id)
            || _leadership.Current.Leader.IsNone
            || state.Membership.Voters.Count <= 1)
        {
            return null;
        }

        using var timer = new CancellationTokenSource(AnnouncementTime, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var until = _time.GetUtcNow() + PlannedAbsence;
            var outcome = await _core.Queue
                .Add(new AnnounceStopCommand(_options.Id, until.ToUnixTimeMilliseconds()), null, limit.Token).ConfigureAwait(false);
            return (outcome as Rejection)?.Detail;
        }
        catch (Exception e) when (e is OperationCanceledException or ProposalRefusedException or OutcomeUnknownException)
        {
            return e.Message;
        }
    }

    /// <summary>Takes nothing more, waits for what was sent, hands leadership over, and ends.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
        {
            return;
        }

        const string Message = "this member is stopping";
        _core.Queue.Close(ProposalRefusal.Stopping, Message);
        await DrainAsync(cancellationToken).ConfigureAwait(false);
        await _raft.StopAsync(cancellationToken).ConfigureAwait(false);
        Desk.Close();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        _core.Queue.Abandon(Message);
        await _readIndexes.DisposeAsync().ConfigureAwait(false);
        _membership.Dispose();
        _leadership.Dispose();
        _meter.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask<Outcome> ProposeAsync(Command command, RequestId? request, CancellationToken cancellationToken)
    {
        if (_standing.IsCorrupt)
        {
            return Refuse(ProposalRefusal.Corrupt, _standing.Problem!);
        }

        return _space.Refuses(command, State, _leadership.Current) is { } shortage
            ? Refuse(ProposalRefusal.NoSpace, shortage)
            : _core.Queue.Add(command, request, cancellationToken);
    }

    ValueTask<Outcome> IInternalProposals.ProposeAsync(Command command, CancellationToken cancellationToken)
        => _core.Queue.Add(command, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome> ProposeInTermAsync(Command command, long term, CancellationToken cancellationToken)
        => _core.Queue.Add(command, null, cancellationToken, onlyTerm: term);

    /// <inheritdoc/>
    public ReplicatedState ReadSerializable()
    {
        if (_standing.IsCorrupt)
        {
            throw Refuse(ReadRefusal.Corrupt, _standing.Problem!);
        }

        return _raft.Fault is { } fault
            ? throw Refuse(ReadRefusal.Closed, $"this member serves nothing: {fault}")
            : State;
    }

    /// <inheritdoc/>
    public ValueTask<ReplicatedState> ReadLinearizableAsync(CancellationToken cancellationToken)
    {
        if (_standing.IsCorrupt)
        {
            return ValueTask.FromException<ReplicatedState>(Refuse(ReadRefusal.Corrupt, _standing.Problem!));
        }

        // The wait is bounded by the request timeout and shared: a caller that goes away needs no registration of its own.
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<ReplicatedState>(cancellationToken)
            : _reads.ReadAsync();
    }

    /// <inheritdoc/>
    public ValueTask WaitForAppliedAsync(long index, CancellationToken cancellationToken)
        => _core.Applier.Waiters.WaitAsync(index, () => _core.Applier.AppliedIndex, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MemberObservation>> ObserveMembersAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = State.Members.Keys.Union(_raft.Status.Voters).ToList();
        return _observer.ObserveAsync(
            known.Count > 0 ? known : _options.InitialMembers.Select(member => member.Id), timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken)
    {
        var leader = _leadership.Current.Leader;
        if (leader.IsNone)
        {
            throw new ProposalRefusedException(ProposalRefusal.NoLeader, "no leader is known");
        }

        var reply = leader == _options.Id
            ? await Desk.TransferLeadershipAsync(new() { Target = target.Value }, cancellationToken).ConfigureAwait(false)
            : await AskLeaderToTransferAsync(leader, target, cancellationToken).ConfigureAwait(false);
        if (!reply.Done)
        {
            throw new ProposalRefusedException(
                reply.NotLeading ? ProposalRefusal.NoLeader : ProposalRefusal.BadTransferTarget, reply.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _raft.DisposeAsync().ConfigureAwait(false);
        Desk.Dispose();
        _stop.Dispose();
    }

    private static ValueTask<Outcome> Refuse(ProposalRefusal reason, string message)
    {
        ProposalMeter.Refused(reason);
        return ValueTask.FromException<Outcome>(new ProposalRefusedException(reason, message));
    }

    private static ReadRefusedException Refuse(ReadRefusal reason, string message)
    {
        ReadMeter.Refused(reason, 1);
        return new(reason, message);
    }

    private async ValueTask<TransferReply> AskLeaderToTransferAsync(NodeId leader, NodeId target, CancellationToken cancellationToken)
    {
        try
        {
            return await _peers.TransferLeadershipAsync(leader, new() { Target = target.Value }, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerUnavailableException e)
        {
            throw new OutcomeUnknownException(UnknownReason.ConnectionLost, $"leader {leader} did not answer: {e.Message}", e);
        }
    }

    private IReadOnlyList<DutyLoop> MakeDuties(FolderId folder, ISnapshotSink snapshots, ILogger logger)
    {
        var self = _options.Id;
        var applier = _core.Applier;
        DutyLoop Loop(string name, double seconds, Func<CancellationToken, ValueTask> perform)
            => new(name, TimeSpan.FromSeconds(seconds), perform, _time, logger);
        var rule = _options.AutoCompaction;
        var compaction = new CompactionDuty(rule, applier, _leadership, this, _time, logger);
        return
        [
            Loop("tick", TickPeriod.TotalSeconds, TickAsync),
            Loop("registration", 0.25, new RegistrationDuty(_options, folder, applier, _leadership, this, _time, logger).PerformAsync),
            Loop("space", 1, new SpaceDuty(self, _space, _raft, applier, _leadership, this, logger).PerformAsync),
            Loop("feature-level", 1, new FeatureLevelDuty(_raft, applier, _leadership, this, logger).PerformAsync),
            Loop("voters", 1, new VotersDuty(_raft, applier, _leadership).PerformAsync),
            Loop("trim", 0.1, new TrimDuty(_core.Queue, applier, _leadership, this).PerformAsync),
            Loop("leases", LeaseDuty.Period.TotalSeconds, new LeaseDuty(_raft, applier, _leadership, _leaseTable, this).PerformAsync),
            Loop("digest", 2, new DigestDuty(
                self, _core.Digests, _standing, _raft, applier, _leadership, _peers, this, _time, logger).PerformAsync),
            Loop("preparation", Preparation.Period.TotalSeconds, _preparation.PerformAsync),
            Loop("snapshot", 0.5, new SnapshotDuty(_options, applier, snapshots, _time, logger).PerformAsync),
            .. rule == AutoCompaction.Off
                ? (DutyLoop[])[]
                : [Loop("compaction", CompactionDuty.PauseOf(rule).TotalSeconds, compaction.PerformAsync)],
        ];
    }

    /// <summary>A term's leadership counts once its first entry is applied: that is a change of its own, a moment behind the leader's.</summary>
    private void TellTerm()
    {
        if (LeadingTerm is { } term && Interlocked.Exchange(ref _toldTerm, term) != term)
        {
            LeadershipChanged?.Invoke();
        }
    }

    private ValueTask TickAsync(CancellationToken cancellationToken)
    {
        _leadership.Refresh();
        _core.Queue.Expire(!_leadership.Current.Leader.IsNone);
        if (!_core.Queue.IsEmpty || _core.Queue.Waiting > 0)
        {
            _core.Queue.Ready.Set();
        }

        return default;
    }

    private async Task CloseWhenRemovedAsync()
        => _core.Queue.Close(ProposalRefusal.Stopping, $"this member was removed from the cluster: {await _raft.Removal.ConfigureAwait(false)}");

    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10), _time);
        try
        {
            while (_core.Queue.Waiting > 0 && _time.GetElapsedTime(started) < DrainTime)
            {
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // No time left: what was sent stays unknown.
        }
    }
}
