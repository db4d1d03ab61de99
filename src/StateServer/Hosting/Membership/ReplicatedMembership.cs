using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Proposals;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Hosting.Membership;

/// <summary>The replica as the loop's members: where Consensus and Placement, which don't know each other, are joined. Thread-safe.</summary>
/// <param name="replica">This member.</param>
/// <param name="leader">Its log while it leads.</param>
/// <param name="control">Who votes, and what it hears while it leads.</param>
/// <param name="options">Who it is.</param>
/// <param name="disk">Whether its own disk stalls.</param>
/// <param name="laggards">Who has been behind for minutes.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplicatedMembership(
    IReplica replica,
    ILeaderLog leader,
    IMembershipControl control,
    ReplicaOptions options,
    DiskWatch disk,
    Laggards laggards,
    TimeProvider time) : IMembership
{
    private LeadingSince _since = new(0, 0);

    /// <inheritdoc/>
    public MembershipSight? Read()
    {
        var state = replica.State;
        if (leader.LeadingTerm is not { } term || state.FeatureLevel < MembershipCommand.FirstFeatureLevel)
        {
            return null;
        }

        ImmutableArray<MemberReach> reaches = control.Reaches;
        if (reaches.IsEmpty)
        {
            return null;
        }

        var since = Volatile.Read(ref _since);
        if (since.Term != term)
        {
            Volatile.Write(ref _since, since = new LeadingSince(term, time.GetTimestamp()));
        }

        var slow = laggards.Look(reaches);
        return new MembershipSight(
            options.Id,
            state.Membership,
            state.Members,
            state.Model,
            reaches.Where(reach => reach.Id != options.Id).ToImmutableSortedDictionary(reach => reach.Id, reach => SightOf(reach, slow)),
            disk.IsSlow,
            (long)time.GetElapsedTime(since.Timestamp).TotalMilliseconds,
            Math.Max(state.TimestampMilliseconds, time.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    /// <inheritdoc/>
    public async Task<Outcome> ProposeAsync(MembershipCommand command, long term, CancellationToken cancellationToken)
    {
        try
        {
            return await leader.ProposeInTermAsync(command, term, cancellationToken);
        }
        catch (ProposalRefusedException e)
        {
            throw new MembershipException($"the log refused a command ({e.Reason})", isUnknown: false, e);
        }
        catch (OutcomeUnknownException e)
        {
            throw new MembershipException($"the outcome of a command is unknown ({e.Reason})", isUnknown: true, e);
        }
    }

    /// <inheritdoc/>
    public Task PromoteAsync(NodeId node, CancellationToken cancellationToken) =>
        MakeAsync(() => control.PromoteAsync(node, cancellationToken));

    /// <inheritdoc/>
    public Task RemoveVoterAsync(NodeId node, CancellationToken cancellationToken) =>
        MakeAsync(() => control.RemoveVoterAsync(node, cancellationToken));

    /// <inheritdoc/>
    public Task TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken) =>
        MakeAsync(() => control.TransferLeadershipAsync(target, cancellationToken));

    /// <inheritdoc/>
    public async Task<PeerVerdict> AskOthersAsync(NodeId node, CancellationToken cancellationToken) =>
        await control.AskOthersAsync(node, cancellationToken) switch
        {
            ReachVerdict.Heard => PeerVerdict.Heard,
            ReachVerdict.Silent => PeerVerdict.Silent,
            _ => PeerVerdict.Unknown,
        };

    private static async Task MakeAsync(Func<ValueTask> make)
    {
        try
        {
            await make();
        }
        catch (VoterChangeException e)
        {
            throw new MembershipException(e.Message, e.Failure == VoterChangeFailure.Unsettled, e);
        }
    }

    private static PeerSight SightOf(MemberReach reach, ImmutableHashSet<NodeId> slow) => new(
        reach.IsHeard, (long)reach.SilentFor.TotalMilliseconds, reach.IsCaughtUp, reach.LearnedShare, slow.Contains(reach.Id));

    /// <summary>When this member was first seen to lead.</summary>
    /// <param name="Term">The term; 0 for never.</param>
    /// <param name="Timestamp">By the monotonic clock.</param>
    private sealed record LeadingSince(long Term, long Timestamp);
}
