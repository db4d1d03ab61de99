using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Gives learners a vote and takes it away, one voter at a time, where <see cref="PromotionRule"/> and <see cref="QuorumRule"/> let
/// it. What may change within a heartbeat (a round that is under way, a voter not heard yet in a new term) is waited for, for one
/// election timeout at most. Thread-safe.
/// </summary>
/// <param name="self">This member.</param>
/// <param name="cluster">The library's half of it.</param>
/// <param name="log">Its log.</param>
/// <param name="learners">The learners.</param>
/// <param name="transfer">Whether leadership is being handed over.</param>
/// <param name="leadership">The token of this member's leadership, its first entry applied; cancelled where it doesn't lead.</param>
/// <param name="options">The replica's options.</param>
/// <param name="time">The clock.</param>
internal sealed class VoterChanges(
    NodeId self,
    MemberCluster cluster,
    RaftLog log,
    LearnerPushers learners,
    LeadershipTransfer transfer,
    Func<CancellationToken> leadership,
    ReplicaOptions options,
    TimeProvider time)
{
    /// <summary>Gives a learner a vote.</summary>
    public Task<EntryPosition> PromoteAsync(NodeId learner, CancellationToken cancellationToken) => MakeAsync(
        voters => voters.Contains(learner),
        voters => RefusesPromotion(learner, voters),
        voters => voters.With(VoterOf(learner)),
        () =>
        {
            if (learners.Of(learner) is { } pusher)
            {
                cluster.Contacted(learner, pusher.Progress.AcknowledgedTimestamp);
                pusher.Wake();
            }
        },
        cancellationToken);

    /// <summary>Takes a voter's vote.</summary>
    public Task<EntryPosition> RemoveAsync(NodeId voter, CancellationToken cancellationToken) => MakeAsync(
        voters => !voters.Contains(voter),
        voters => RefusesRemoval(voter, voters),
        voters => voters.Without(voter),
        () => { },
        cancellationToken);

    /// <summary>Appends the voters in force once more.</summary>
    public async Task<EntryPosition> RestateAsync(CancellationToken cancellationToken)
    {
        var leads = leadership();
        if (leads.IsCancellationRequested || transfer.InProgress)
        {
            throw NotNow();
        }

        var position = await ChangeAsync(_ => false, _ => null, voters => voters, leads, cancellationToken).ConfigureAwait(false);
        return await SettleAsync(position, leads, cancellationToken).ConfigureAwait(false);
    }

    private async Task<EntryPosition> MakeAsync(
        Func<ClusterConfiguration, bool> isSo,
        Func<ClusterConfiguration, string?> refuses,
        Func<ClusterConfiguration, ClusterConfiguration> next,
        Action before,
        CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var leads = leadership();
            if (leads.IsCancellationRequested || transfer.InProgress)
            {
                throw NotNow();
            }

            var (index, voters) = log.NewestConfiguration;
            if (isSo(voters))
            {
                return await SettleAsync(new(index, log.TermAt(index) ?? 0), leads, cancellationToken).ConfigureAwait(false);
            }

            before();
            var refusal = refuses(voters);
            if (refusal is null)
            {
                try
                {
                    var position = await ChangeAsync(isSo, refuses, next, leads, cancellationToken).ConfigureAwait(false);
                    return await SettleAsync(position, leads, cancellationToken).ConfigureAwait(false);
                }
                catch (RefusedChangeException exception)
                {
                    refusal = exception.Message;
                }
            }

            if (time.GetElapsedTime(begin) > options.ElectionTimeoutHigh)
            {
                throw new RefusedChangeException(refusal);
            }

            await Task.Delay(options.Heartbeat / 4, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The barrier in front of a change may take its time: what was true before it is looked at again behind it.</summary>
    private async Task<EntryPosition> ChangeAsync(
        Func<ClusterConfiguration, bool> isSo,
        Func<ClusterConfiguration, string?> refuses,
        Func<ClusterConfiguration, ClusterConfiguration> next,
        CancellationToken leads,
        CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(leads, cancellationToken);
        try
        {
            return await cluster.ChangeAsync(
                voters => isSo(voters) ? voters : refuses(voters) is { } refusal ? throw new RefusedChangeException(refusal) : next(voters),
                both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NotLeadingException("leadership ended before the voters were changed", exception);
        }
    }

    /// <summary>Waits until the change is committed and applied here.</summary>
    private async Task<EntryPosition> SettleAsync(EntryPosition position, CancellationToken leads, CancellationToken cancellationToken)
    {
        if (position.Index <= log.CommitIndex)
        {
            return position;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(leads, cancellationToken);
        try
        {
            await cluster.AuditTrail.WaitForApplyAsync(position.Index, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnsettledChangeException(position);
        }

        return log.Leadership.Term >= position.Term && !leads.IsCancellationRequested ? position : throw new UnsettledChangeException(position);
    }

    private string? RefusesPromotion(NodeId learner, ClusterConfiguration voters)
    {
        var progress = learners.Of(learner)?.Progress;
        var silence = time.GetElapsedTime(progress?.AcknowledgedTimestamp ?? 0);
        return PromotionRule.Refusal(learner, progress, silence, options.Heartbeat)
            ?? Prefixed($"learner {learner} can't get a vote now", QuorumRule.Refusal(
                voters, voters.With(VoterOf(learner)), voter => voter == learner || IsAlive(voter)));
    }

    /// <exception cref="RefusedChangeException">The leader itself: waiting would not change that.</exception>
    private string? RefusesRemoval(NodeId voter, ClusterConfiguration voters) => voter == self
        ? throw new RefusedChangeException($"member {voter} leads: leadership is handed over before its vote is taken")
        : Prefixed($"voter {voter} can't be removed now", QuorumRule.Refusal(voters, voters.Without(voter), IsAlive));

    private NotLeadingException NotNow() => new(
        transfer.InProgress ? "leadership is being handed over" : $"member {self} does not lead, so it can't change the voters");

    private static string? Prefixed(string what, string? why) => why is null ? null : $"{what}: {why}";

    private bool IsAlive(NodeId voter) => voter == self
        || (cluster.LastContact(voter) is > 0 and var contact && time.GetElapsedTime(contact) <= options.ElectionTimeoutHigh);

    private ConfigurationMember VoterOf(NodeId learner) => learners.Roster.Find(learner) is { } member
        ? new(member.Id, member.Name, member.PeerAddress, member.Folder)
        : throw new RefusedChangeException($"member {learner} is no member of this cluster");
}
