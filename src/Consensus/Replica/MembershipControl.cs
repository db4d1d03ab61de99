using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Replica;

/// <summary>Who votes, over this member's Raft core. Thread-safe.</summary>
internal sealed class MembershipControl : IMembershipControl, IDisposable
{
    /// <summary>Election timeouts that one question to the others may take: their own try has one, and the way there and back.</summary>
    private const int QuestionTimeouts = 3;

    private readonly ReplicaOptions _options;
    private readonly IRaftNode _raft;
    private readonly LeadershipWatch _leadership;
    private readonly IReplicaPeers _peers;
    private readonly Preparation _preparation;
    private readonly TimeProvider _time;
    private LeadingSince _since = new(0, 0);

    /// <summary>Watches when this member begins to lead, from now on.</summary>
    public MembershipControl(
        ReplicaOptions options, IRaftNode raft, LeadershipWatch leadership, IReplicaPeers peers, Preparation preparation, TimeProvider time)
    {
        _options = options;
        _raft = raft;
        _leadership = leadership;
        _peers = peers;
        _preparation = preparation;
        _time = time;
        leadership.Changed += Note;
        Note(leadership.Current, leadership.Current);
    }

    /// <inheritdoc/>
    public ImmutableArray<MemberReach> Reaches
    {
        get
        {
            var now = _raft.Status;
            var since = Volatile.Read(ref _since);
            return now.IsLeader && since.Term == now.Term
                ?
                [
                    .. now.Voters.Select(voter => ReachOfVoter(voter, now, since))
                        .Concat(now.Learners.Values.Where(learner => !now.Voters.Contains(learner.Id)).Select(learner => ReachOfLearner(learner, since)))
                        .OrderBy(reach => reach.Id),
                ]
                : [];
        }
    }

    /// <inheritdoc/>
    public Task<string> Removal => _raft.Removal;

    /// <inheritdoc/>
    public ValueTask PromoteAsync(NodeId learner, CancellationToken cancellationToken)
        => MakeAsync(async () => await _raft.PromoteAsync(learner, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask RemoveVoterAsync(NodeId voter, CancellationToken cancellationToken)
        => MakeAsync(async () => await _raft.RemoveVoterAsync(voter, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken)
        => MakeAsync(async () =>
        {
            await _preparation.PrepareAllAsync(cancellationToken).ConfigureAwait(false);
            await _raft.TransferLeadershipAsync(target, cancellationToken).ConfigureAwait(false);
        });

    /// <inheritdoc/>
    public async ValueTask<ReachVerdict> AskOthersAsync(NodeId member, CancellationToken cancellationToken)
    {
        var others = Reaches
            .Where(reach => reach.IsVoter && reach.Id != _options.Id && reach.Id != member && reach.SilentFor <= _options.ElectionTimeoutHigh)
            .Select(reach => reach.Id)
            .ToList();
        if (others.Count == 0)
        {
            return ReachVerdict.Silent;
        }

        using var timer = new CancellationTokenSource(QuestionTimeouts * _options.ElectionTimeoutHigh, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        var verdicts = await Task.WhenAll(others.Select(other => AskAsync(other, member, limit.Token))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return verdicts.Contains(ReachVerdict.Heard) ? ReachVerdict.Heard
            : verdicts.Contains(ReachVerdict.Unknown) ? ReachVerdict.Unknown
            : ReachVerdict.Silent;
    }

    /// <inheritdoc/>
    public void Dispose() => _leadership.Changed -= Note;

    private static async ValueTask MakeAsync(Func<Task> make)
    {
        try
        {
            await make().ConfigureAwait(false);
        }
        catch (NotLeadingException e)
        {
            throw new VoterChangeException(VoterChangeFailure.NotLeading, e.Message, e);
        }
        catch (Exception e) when (e is RefusedChangeException or TransferRefusedException)
        {
            throw new VoterChangeException(VoterChangeFailure.Refused, e.Message, e);
        }
        catch (LogSpaceException e)
        {
            throw new VoterChangeException(VoterChangeFailure.NoSpace, e.Message, e);
        }
        catch (UnsettledChangeException e)
        {
            throw new VoterChangeException(VoterChangeFailure.Unsettled, e.Message, e);
        }
    }

    private static double Share(long part, long whole) => whole <= 0 ? 0 : Math.Clamp((double)part / whole, 0, 1);

    private async Task<ReachVerdict> AskAsync(NodeId other, NodeId member, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await _peers.ReachAsync(other, new() { Member = member.Value }, cancellationToken).ConfigureAwait(false);
            return reply.Heard ? ReachVerdict.Heard : ReachVerdict.Silent;
        }
        catch (Exception e) when (e is PeerUnavailableException or OperationCanceledException)
        {
            return ReachVerdict.Unknown;
        }
    }

    private MemberReach ReachOfVoter(NodeId voter, RaftStatus now, LeadingSince since)
    {
        var isSelf = voter == _options.Id;
        var progress = isSelf ? new PeerProgress(voter, now.LastIndex, _time.GetTimestamp()) : now.ProgressOf(voter);
        return new()
        {
            Id = voter,
            IsVoter = true,
            IsHeard = isSelf || progress.LastContactTimestamp > since.Timestamp,
            SilentFor = isSelf ? TimeSpan.Zero : Silence(progress.LastContactTimestamp, since),
            IsCaughtUp = progress.MatchIndex >= now.CommitIndex,
            LearnedShare = Share(progress.MatchIndex, now.LastIndex),
            BehindEntries = Math.Max(0, now.LastIndex - progress.MatchIndex),
        };
    }

    private MemberReach ReachOfLearner(LearnerProgress learner, LeadingSince since)
    {
        var silence = _time.GetElapsedTime(learner.AcknowledgedTimestamp);
        return new()
        {
            Id = learner.Id,
            IsVoter = false,
            IsHeard = learner.LastContactTimestamp > since.Timestamp,
            SilentFor = Silence(learner.LastContactTimestamp, since),
            IsCaughtUp = PromotionRule.Refusal(learner.Id, learner, silence, _options.Heartbeat) is null,
            LearnedShare = learner.Share,
            LearnedIn = learner.Problem is null ? learner.Stretch.Left(learner.Share, _time.GetElapsedTime(learner.Stretch.Timestamp)) : null,
            BehindEntries = Math.Max(0, learner.LastIndex - learner.MatchIndex),
            Problem = learner.Problem,
        };
    }

    /// <summary>A member may have answered an earlier leadership of this one, or never: both count from this term's begin.</summary>
    private TimeSpan Silence(long contact, LeadingSince since)
    {
        var silence = _time.GetElapsedTime(Math.Max(contact, since.Timestamp));
        return silence > TimeSpan.Zero ? silence : TimeSpan.Zero;
    }

    private void Note(Leadership before, Leadership now)
    {
        if (now.IsSelf && Volatile.Read(ref _since).Term != now.Term)
        {
            Volatile.Write(ref _since, new(now.Term, _time.GetTimestamp()));
        }
    }

    /// <summary>When this member began to lead.</summary>
    /// <param name="Term">The term; 0 for never.</param>
    /// <param name="Timestamp">By the monotonic clock.</param>
    private sealed record LeadingSince(long Term, long Timestamp);
}
