using StateServer.Consensus.Leases;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Leases;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Duties;

/// <summary>
/// On the leader: ends leases that ran out, a bounded number each time. The command carries the term that judged, is appended by
/// this member in that term or not at all, and counts in that term alone: a leader that slept past its own end harms nothing.
/// What was refused, or lost, is tried again.
/// </summary>
/// <param name="raft">Whether this member leads with all of earlier terms applied.</param>
/// <param name="applier">The state.</param>
/// <param name="leadership">Who leads.</param>
/// <param name="table">The deadlines.</param>
/// <param name="proposals">The way into the log.</param>
internal sealed class LeaseDuty(
    IRaftNode raft, Applier applier, LeadershipWatch leadership, LeaseTable table, IInternalProposals proposals)
{
    /// <summary>From one look to the next: what a lease lives beyond its time on an idle leader.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Leases ended each time: 1,000 a second, as etcd does, so that a pile of them leaves room for clients' writes.</summary>
    public const int MostEachTime = 100;

    /// <summary>Ends what ran out.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var role = leadership.Current;
        if (!role.IsSelf || raft.LeadershipToken.IsCancellationRequested)
        {
            return;
        }

        if (!table.Lead(role.Term, () => applier.Point) || applier.Point.State.FeatureLevel < LeaseRules.ExpiryFeatureLevel)
        {
            return;
        }

        var refusals = await Task.WhenAll(table.TakeDue(role.Term, MostEachTime)
            .Select(due => ExpireAsync(due.Lease, due.Overdue, role.Term, cancellationToken))).ConfigureAwait(false);
        if (leadership.Current == role && Array.Find(refusals, refusal => refusal is not null) is { } first)
        {
            throw new InvalidOperationException($"leases that ran out could not be ended yet: {first}");
        }
    }

    /// <returns>Null, or why not: a cause without numbers, for it is logged once for each.</returns>
    private async Task<string?> ExpireAsync(LeaseId lease, TimeSpan overdue, long term, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await proposals.ProposeInTermAsync(new ExpireLeaseCommand(lease, term), term, cancellationToken)
                .ConfigureAwait(false);
            switch (outcome)
            {
                case Rejection { Reason: RejectionReason.LeaseNotFound }:
                    return null; // It was revoked, or an earlier proposal of ours came through.
                case Rejection rejection:
                    LeaseMeter.TriedAgain();
                    return $"rejected ({rejection.Reason})";
                default:
                    LeaseMeter.Ended(overdue);
                    return null;
            }
        }
        catch (ProposalRefusedException e)
        {
            LeaseMeter.TriedAgain();
            return $"refused ({e.Reason})";
        }
        catch (OutcomeUnknownException e)
        {
            LeaseMeter.TriedAgain();
            return $"outcome unknown ({e.Reason})";
        }
    }
}
