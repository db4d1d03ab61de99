using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;
using StateServer.Watching;

namespace StateServer.Ownership;

/// <summary>
/// Queues for names, in the keyspace: who claims a name puts a key below it, bound to a lease, and owns the name while no key
/// there has a lower create revision. Each waits for the one before it alone, so that an owner's going wakes one. The queue is
/// the same for all members and for clients that run etcd's recipe themselves. Thread-safe.
/// </summary>
/// <param name="replica">The state.</param>
/// <param name="hub">This member's watches.</param>
/// <param name="time">The clock.</param>
internal sealed class ClaimQueue(IReplica replica, WatchHub hub, TimeProvider time)
{
    /// <summary>The time to live of a lease that a claim without one gets: that of etcd's sessions.</summary>
    private const long SessionSeconds = 60;

    /// <summary>So often is it tried to give up the place of a client that is gone: with the request timeout's, longer than an election takes by far.</summary>
    internal const int LeaveAttempts = 10;

    /// <summary>From one attempt to give a place up to the next.</summary>
    internal static readonly TimeSpan LeavePause = TimeSpan.FromSeconds(1);

    /// <summary>The lease to claim with: the one given, or a new one.</summary>
    /// <exception cref="ClaimRejectedException">It can't be made.</exception>
    /// <exception cref="ProposalRefusedException">As <see cref="IReplica.ProposeAsync"/>; so <see cref="OutcomeUnknownException"/>.</exception>
    public async ValueTask<LeaseId> LeaseAsync(long given)
    {
        if (given != 0)
        {
            return new LeaseId(given);
        }

        var lease = new LeaseId(Random.Shared.NextInt64(1, long.MaxValue));
        await ProposeAsync(new GrantLeaseCommand(lease, SessionSeconds));
        return lease;
    }

    /// <summary>Takes the lease's place in the queue, or finds it there. Not cut short by its client: what was done is then known.</summary>
    /// <exception cref="ClaimRejectedException">No such lease, or a name that can't be claimed.</exception>
    /// <exception cref="ProposalRefusedException">As <see cref="IReplica.ProposeAsync"/>; so <see cref="OutcomeUnknownException"/>.</exception>
    public async ValueTask<(Claim Claim, KeyValue? Found)> EnterAsync(ReadOnlyMemory<byte> name, LeaseId lease, ReadOnlyMemory<byte> value)
    {
        var prefix = ClaimKeys.Prefix(name.Span);
        var key = ClaimKeys.Place(prefix, lease);
        var first = new RangeOperation(FirstOf(prefix));
        var outcome = await TransactAsync(
            HasCreateRevision(key, 0),
            [new PutOperation(key, value, lease), first],
            [new RangeOperation(new RangeQuery { Range = ClaimKeys.One(key) }), first]);
        var found = outcome.Succeeded ? null : ((RangeOutcome)outcome.Outcomes[0]).Result.KeyValues[0];
        var created = found?.CreateRevision.Value ?? outcome.Revision.Value;
        var firsts = ((RangeOutcome)outcome.Outcomes[1]).Result.KeyValues;
        return (
            new Claim(prefix, key, created, outcome.Revision.Value, outcome.Succeeded, firsts[0].CreateRevision.Value == created),
            found);
    }

    /// <summary>Waits until nobody is before a claim.</summary>
    /// <returns>The revision at which that is so; null where the claim's own key is gone.</returns>
    /// <exception cref="ReadRefusedException">No leader, or this member must not serve.</exception>
    /// <exception cref="WatchEndedException">This member stops or must not serve, or the token ended the wait.</exception>
    public async ValueTask<long?> AwaitTurnAsync(Claim claim, CancellationToken cancellationToken)
    {
        while (true)
        {
            var keyspace = (await replica.ReadLinearizableAsync(cancellationToken)).Keyspace;
            if (keyspace.Get(claim.Key) is not { } own || own.CreateRevision.Value != claim.CreateRevision)
            {
                return null;
            }

            if (Newest(keyspace, claim.Prefix, claim.CreateRevision - 1) is not { } before)
            {
                return keyspace.Revision.Value;
            }

            using var watch = new LocalWatch(
                hub,
                [ClaimKeys.One(before.Key), ClaimKeys.One(claim.Key)],
                keyspace.Revision.Value + 1,
                WatchFilter.NoPut,
                cancellationToken);
            await watch.NextAsync();
        }
    }

    /// <summary>Gives a place up, where the key is still the claim's.</summary>
    /// <returns>The keyspace's revision after it.</returns>
    /// <exception cref="ProposalRefusedException">As <see cref="IReplica.ProposeAsync"/>; so <see cref="OutcomeUnknownException"/>.</exception>
    public async ValueTask<long> LeaveAsync(Key key, long createRevision) =>
        (await TransactAsync(HasCreateRevision(key, createRevision), [new DeleteRangeOperation(ClaimKeys.One(key))], [])).Revision.Value;

    /// <summary>
    /// Gives a place up where that can be done; otherwise its lease does, later. A client that is gone is told nothing, and its
    /// lease may live on: a key left behind would own the name without anybody's knowing, so it is tried several times.
    /// </summary>
    /// <param name="claim">The place.</param>
    /// <param name="client">Cancelled where the client is gone; where it is not, one attempt is made, for it waits.</param>
    public async ValueTask TryLeaveAsync(Claim claim, CancellationToken client)
    {
        for (var attempt = 1; !await HasLeftAsync(claim) && client.IsCancellationRequested && attempt < LeaveAttempts; attempt++)
        {
            await Task.Delay(LeavePause, time, CancellationToken.None);
        }
    }

    /// <summary>Writes a new value to an owner's key.</summary>
    /// <returns>The keyspace's revision after it; null where the key is not the owner's any more.</returns>
    /// <exception cref="ClaimRejectedException">No such lease.</exception>
    /// <exception cref="ProposalRefusedException">As <see cref="IReplica.ProposeAsync"/>; so <see cref="OutcomeUnknownException"/>.</exception>
    public async ValueTask<long?> WriteAsync(Key key, long createRevision, LeaseId lease, ReadOnlyMemory<byte> value)
    {
        var outcome = await TransactAsync(HasCreateRevision(key, createRevision), [new PutOperation(key, value, lease)], []);
        return outcome.Succeeded ? outcome.Revision.Value : null;
    }

    /// <summary>Deletes a key, whoever's it is, as etcd's Unlock does.</summary>
    /// <returns>The keyspace's revision after it.</returns>
    /// <exception cref="ClaimRejectedException">The key is empty or reserved.</exception>
    /// <exception cref="ProposalRefusedException">As <see cref="IReplica.ProposeAsync"/>; so <see cref="OutcomeUnknownException"/>.</exception>
    public async ValueTask<long> DeleteAsync(Key key) =>
        ((DeleteRangeOutcome)await ProposeAsync(new KeyspaceCommand(new DeleteRangeOperation(ClaimKeys.One(key))))).Revision.Value;

    /// <summary>The owner of a name at a state, or null.</summary>
    public static KeyValue? OwnerOf(KeyspaceState keyspace, ReadOnlyMemory<byte> name) =>
        Single(keyspace, FirstOf(ClaimKeys.Prefix(name.Span)));

    /// <summary>Tries to give a place up; true where it is given up, or can't be by this member any more.</summary>
    private async ValueTask<bool> HasLeftAsync(Claim claim)
    {
        try
        {
            await LeaveAsync(claim.Key, claim.CreateRevision);
            return true;
        }
        catch (ProposalRefusedException refusal)
        {
            return refusal.Reason is ProposalRefusal.Stopping or ProposalRefusal.Corrupt;
        }
        catch (OutcomeUnknownException unknown)
        {
            // Once more does no harm: the key is deleted only while it is this claim's.
            return unknown.Reason == UnknownReason.Cancelled;
        }
        catch (ClaimRejectedException)
        {
            return true;
        }
    }

    private static KeyValue? Newest(KeyspaceState keyspace, Key prefix, long mostCreateRevision) => mostCreateRevision < 1
        ? null
        : Single(keyspace, new RangeQuery
        {
            Range = ClaimKeys.Below(prefix),
            SortTarget = SortTarget.Create,
            SortOrder = SortOrder.Descend,
            MaxCreateRevision = new Revision(mostCreateRevision),
            Limit = 1,
        });

    private static RangeQuery FirstOf(Key prefix) => new()
    {
        Range = ClaimKeys.Below(prefix),
        SortTarget = SortTarget.Create,
        SortOrder = SortOrder.Ascend,
        Limit = 1,
    };

    private static KeyValue? Single(KeyspaceState keyspace, RangeQuery query) =>
        keyspace.TryRange(query, out var result) is { } refused
            ? throw new ClaimRejectedException(refused)
            : result!.KeyValues.IsEmpty ? null : result.KeyValues[0];

    private static Compare HasCreateRevision(Key key, long revision) =>
        new(ClaimKeys.One(key), CompareTarget.Create, CompareResult.Equal, revision, default);

    private async ValueTask<TransactionOutcome> TransactAsync(
        Compare condition, ImmutableArray<Operation> success, ImmutableArray<Operation> failure) =>
        (TransactionOutcome)await ProposeAsync(new KeyspaceCommand(new TransactionOperation([condition], success, failure)));

    private async ValueTask<Outcome> ProposeAsync(Command command)
    {
        var outcome = await replica.ProposeAsync(command, null, CancellationToken.None);
        return outcome is Rejection rejection ? throw new ClaimRejectedException(rejection) : outcome;
    }
}
