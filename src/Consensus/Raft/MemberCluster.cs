using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using DotNext.Net.Cluster.Consensus.Raft;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Commit;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Raft;

/// <summary>
/// The library's half of this member: its elections and replication rounds, with the mends that TRAPS and ADR 0031 name around
/// its handlers. Thread-safe.
/// </summary>
internal sealed partial class MemberCluster : RaftCluster<ClusterPeer>
{
    private const int StandAttempts = 3;

    private static readonly Histogram<double> AppendSeconds = RaftMeter.Meter.CreateHistogram<double>(
        "stateserver.peer.append.duration", "s", "Time from sending an append or heartbeat to its answer, the follower's disk included");

    private readonly ConcurrentDictionary<NodeId, long> _contacts = [];
    private readonly Lock _lock = new();

    /// <summary>Held while the library's vote handler runs up to its first wait. Events are raised under it: nothing that they ask for may take it.</summary>
    private readonly Lock _voting = new();
    private readonly Func<ConfigurationMember, MemberCluster, ClusterPeer> _makePeer;
    private readonly RaftLog _log;
    private readonly NodeId _self;
    private readonly TimeProvider _time;
    private readonly ReplicaOptions _options;
    private readonly Campaign _campaign;
    private BallotBox? _ballot;
    private string? _unfit;

    /// <summary>Makes the member; it neither answers nor stands before it is started.</summary>
    public MemberCluster(
        ReplicaOptions options,
        RaftLog log,
        Func<ConfigurationMember, MemberCluster, ClusterPeer> makePeer,
        TimeProvider time,
        ILogger logger)
        : base(new MemberConfiguration(options))
    {
        _options = options;
        _log = log;
        _self = options.Id;
        _makePeer = makePeer;
        _time = time;
        _campaign = new(this, options, time);
        Logger = new LibraryLog(logger);
        LeaderChanged += (_, leader) => OnLeaderChanged(leader);
#if PLANTED_ConfigurationOnApply
        log.ConfigurationApplied += () => _ = FollowConfigurationAsync(CancellationToken.None).AsTask();
#endif
    }

    /// <summary>Raised when leader, term or role may have changed, perhaps under a lock of the library: return at once.</summary>
    public event Action? Changed;

    /// <inheritdoc/>
    protected override ILogger Logger { get; }

    private int LowestTimeout => (int)_options.ElectionTimeoutLow.TotalMilliseconds;

    /// <summary>False where this is no member of the cluster that is served (a rehearsal's): nothing of it goes into metrics of ours.</summary>
    public bool IsMeasured { get; init; } = true;

    /// <summary>What other members may ask this one for.</summary>
    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>
    {
        ["name"] = _options.Name,
        ["zone"] = _options.Zone.Name,
        ["version"] = _options.Version,
    };

    /// <summary>Why this member must not lead, and so not stand for election; it follows and votes all the same. Null while it may.</summary>
    public string? Unfit
    {
        get => Volatile.Read(ref _unfit);
        set => Volatile.Write(ref _unfit, value);
    }

    /// <summary>True while this member leads its current term, its first entry committed or not.</summary>
    public bool IsLeader
    {
        get
        {
            try
            {
                return Leader is LocalPeer && _log.Leads && !ConsensusToken.IsCancellationRequested;
            }
            catch (UnreachableException)
            {
                // The library gave up on itself after an error: see Collapse.
                return false;
            }
        }
    }

    /// <summary>Why the library has put itself out of action for good, after an error in a change of state; null while it has not.</summary>
    public string? Collapse
    {
        get
        {
            try
            {
                _ = ConsensusToken;
                return null;
            }
            catch (UnreachableException exception)
            {
                return exception.Message;
            }
        }
    }

    /// <summary>When a voter last answered this member as its leader; 0 for never.</summary>
    public long LastContact(NodeId voter) => _contacts.GetValueOrDefault(voter);

    /// <summary>A voter answered now.</summary>
    public void Contacted(NodeId voter) => _contacts[voter] = _time.GetTimestamp();

    /// <summary>A member that is to vote was heard at that time, by <see cref="Now"/>'s clock; later news counts more.</summary>
    public void Contacted(NodeId voter, long timestamp)
        => _contacts.AddOrUpdate(voter, timestamp, (_, known) => Math.Max(known, timestamp));

    /// <summary>The time now, by the monotonic clock.</summary>
    public long Now() => _time.GetTimestamp();

    /// <summary>A voter answered now an append that was sent at <paramref name="sent"/>.</summary>
    public void Answered(NodeId voter, long sent)
    {
        Contacted(voter);
        if (IsMeasured)
        {
            AppendSeconds.Record(_time.GetElapsedTime(sent).TotalSeconds, new KeyValuePair<string, object?>("peer", voter.ToString()));
        }
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken token = default)
    {
        await FollowConfigurationAsync(token).ConfigureAwait(false);
        await base.StartAsync(token).ConfigureAwait(false);
        StartFollowing();
        if (Leader is LocalPeer leader)
        {
            OnLeaderChanged(leader);
        }
    }

    /// <summary>Begins a replication round now, or after the one that runs. Never waits.</summary>
    public void ForceRound()
    {
        // With an index below every commit index the library's handler sets its event and nothing else (trap 6).
        // It completes at once; its answer is without a quorum, and nobody looks at it.
        _ = SynchronizeAsync(-1, CancellationToken.None).AsTask();
    }

    /// <summary>Puts a verified snapshot from the leader in the place of log and state, in the library's order of things.</summary>
    /// <returns>False where it is no news, or its leader is none any more.</returns>
    public async ValueTask<bool> InstallAsync(
        NodeId leader, long term, IncomingSnapshot snapshot, CancellationToken token)
    {
        var result = await InstallSnapshotAsync(MemberIds.Of(leader), term, snapshot, snapshot.Info.Index, 0, token)
            .ConfigureAwait(false);
        await FollowConfigurationAsync(token).ConfigureAwait(false);
        return result.Value is HeartbeatResult.Replicated or HeartbeatResult.ReplicatedWithLeaderTerm;
    }

    /// <summary>Gives leadership up without an heir.</summary>
    public ValueTask<bool> StepDownAsync(CancellationToken token) => ResignAsync(token);

    /// <summary>Tells another voter to stand for election at once.</summary>
    public Task<TimeoutNowReply> TimeoutNowAsync(NodeId heir, TimeoutNowRequest request, TimeSpan timeout, CancellationToken token)
        => TryGetMember(MemberIds.Of(heir)) is RemotePeer peer
            ? peer.TimeoutNowAsync(request, timeout, token)
            : throw new TransferRefusedException($"member {heir} is not a voter");

    /// <summary>The votes of this member's election in a term.</summary>
    public BallotBox BallotOf(long term)
    {
        lock (_lock)
        {
            return _ballot?.Term == term ? _ballot : _ballot = new(term, _log.Configuration.Voters.AsSpan());
        }
    }

    /// <summary>True where the leader handed over to this member, whose election is in <paramref name="term"/>.</summary>
    public bool IsCampaign(long term) => _campaign.IsFor(term);

    /// <summary>Whether this member may ask for votes; called by the library right after its timer ran out.</summary>
    public bool MayStand()
    {
        _campaign.RestoreTimer();
        return Unfit is null;
    }

    /// <summary>A leader's append, and whatever it means for configuration and commit index.</summary>
    public async ValueTask<AppendReply> AppendAsync(NodeId from, AppendRequest request, CancellationToken token)
    {
        await _campaign.EnterAsync(request.Term, () => _log.Term, token).ConfigureAwait(false);
        Result<ReplicationStatus> result;
        try
        {
            SkipDropped(request);
            DurableLog.Verifying(request.PreviousIndex + request.Entries.Count);
            result = await AppendEntriesAsync(
                MemberIds.Of(from),
                request.Term,
                new ReceivedEntries(request),
                request.PreviousIndex,
                request.PreviousTerm,
                request.CommitIndex,
                stateVersion: 0,
                token).ConfigureAwait(false);
        }
        finally
        {
            _campaign.Leave();
        }

        await FollowConfigurationAsync(token).ConfigureAwait(false);
        var count = request.Entries.Count;
        var reply = new AppendReply { Sequence = request.Sequence, Term = Math.Max(_log.Term, result.Term) };
        if (request.Term >= result.Term)
        {
            Follow(from);
        }

        if (result.Value.Result is HeartbeatResult.Replicated or HeartbeatResult.ReplicatedWithLeaderTerm)
        {
            var lastTerm = count > 0 ? request.Entries[count - 1].Term : request.PreviousTerm;
            reply.LastIndex = request.PreviousIndex + count;
            reply.Answer = lastTerm == request.Term
                ? AppendReply.Types.Answer.ReplicatedWithLeaderTerm
                : AppendReply.Types.Answer.Replicated;
        }
        else
        {
            // What is committed matches every leader's log, so one step back is enough, wherever the logs part.
            reply.Answer = AppendReply.Types.Answer.Rejected;
            reply.LastIndex = request.PreviousIndex > _log.LastIndex ? _log.LastIndex : _log.CommitIndex;
        }

        return reply;
    }

    /// <summary>A candidate's request for a vote, from whomever: who may vote is the candidate's log's affair (Raft dissertation, §4.1).</summary>
    public async ValueTask<VoteReply> VoteAsync(NodeId candidate, VoteRequest request, CancellationToken token)
    {
        DurableLog.VotingFor(candidate);
        var result = await WithStickiness(
            request.Transfer ? 0 : LowestTimeout,
            () => VoteAsync(MemberIds.Of(KnownToLibrary), request.Term, request.LastIndex, request.LastTerm, 0, token)).ConfigureAwait(false);
        Changed?.Invoke();
        return new() { Term = Math.Max(_log.Term, result.Term), Granted = result.Value };
    }

    /// <summary>A member's question whether it would be voted for.</summary>
    public async ValueTask<PreVoteReply> PreVoteAsync(VoteRequest request, CancellationToken token)
    {
        var result = await WithStickiness(
            LowestTimeout,
            () => PreVoteAsync(MemberIds.Of(KnownToLibrary), request.Term + 1, request.LastIndex, request.LastTerm, 0, token)).ConfigureAwait(false);
        return new() { Term = Math.Max(_log.Term, result.Term), Answer = (PreVoteReply.Types.Answer)result.Value };
    }

    /// <summary>The leader hands over to this member: it stands for election at once, and is voted for in spite of stickiness.</summary>
    /// <returns>Null, or why it does not.</returns>
    public async ValueTask<string?> CampaignAsync(NodeId leader, TimeoutNowRequest request)
    {
        if (Unfit is { } unfit)
        {
            return unfit;
        }

        if (request.Term != _log.Term || CurrentLeader != leader || _log.LastIndex < request.LastIndex || !_log.Configuration.Contains(_self))
        {
            return $"member {_self} follows {CurrentLeader} in term {_log.Term}, its log ends at {_log.LastIndex}";
        }

        return await StandNowAsync().ConfigureAwait(false) ? null : $"member {_self} is in no state to stand for election";
    }

    /// <summary>Stands for election in the next term at once, whatever its timer and the voters' stickiness say.</summary>
    /// <returns>True once the election has begun; false where it doesn't.</returns>
    internal async ValueTask<bool> StandNowAsync()
    {
        var term = _log.Term + 1;
        if (!await _campaign.BeginAsync(term, LifecycleToken).ConfigureAwait(false))
        {
            return false;
        }

        // Either step fails where another change of state comes between; what matters is where it ends.
        for (var attempt = 0; attempt < StandAttempts; attempt++)
        {
            await EnableStandbyModeAsync(LifecycleToken).ConfigureAwait(false);
            if (await RevertToNormalModeAsync(LifecycleToken).ConfigureAwait(false))
            {
                return await _campaign.HasBegunAsync(term, () => _log.Term, LifecycleToken).ConfigureAwait(false);
            }
        }

        _campaign.CallOff();
        return false;
    }

    /// <summary>Entries below the log's start are committed and so match: only what lies behind them is looked at.</summary>
    private void SkipDropped(AppendRequest request)
    {
        var start = _log.FirstIndex - 1;
        if (request.PreviousIndex >= start || _log.TermAt(start) is not { } term)
        {
            return;
        }

        var dropped = (int)Math.Min(start - request.PreviousIndex, request.Entries.Count);
        for (var i = 0; i < dropped; i++)
        {
            request.Entries.RemoveAt(0);
        }

        request.PreviousIndex = start;
        request.PreviousTerm = term;
    }

    /// <summary>
    /// The library sticks to a leader for as long as its own, drawn timer; the lowest timer is what Raft asks for (dissertation,
    /// §4.2.3), and with it the first member whose timer runs out is elected, not the last. The handlers look at it before their
    /// first wait.
    /// </summary>
    private ValueTask<TResult> WithStickiness<TResult>(int milliseconds, Func<ValueTask<TResult>> handler)
    {
        lock (_voting)
        {
            ref var timer = ref ElectionTimer.Milliseconds(this);
            var drawn = timer;
            timer = Math.Min(drawn, milliseconds);
            try
            {
                return handler();
            }
            finally
            {
                timer = drawn;
            }
        }
    }
}
