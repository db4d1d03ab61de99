using StateServer.Consensus;
using StateServer.Consensus.Status;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Reports.Members;

namespace StateServer.Hosting.Membership;

/// <summary>What this member says along with its status: the last look of the leader's loop at the members, and its own disk. Thread-safe.</summary>
/// <param name="replica">Knows the members' names, and the sync under way.</param>
/// <param name="leader">Whether this member leads.</param>
/// <param name="book">The decisions.</param>
/// <param name="disk">Its disk.</param>
/// <param name="laggards">Who has been behind for minutes.</param>
internal sealed class MembershipNotes(IReplica replica, ILeaderLog leader, DecisionBook book, DiskWatch disk, Laggards laggards) : IStatusNotes
{
    /// <inheritdoc/>
    public StatusNotes Now
    {
        get
        {
            var own = new StatusNotes { IsDiskSlow = disk.IsSlow };
            if (leader.LeadingTerm is null)
            {
                return own;
            }

            var state = replica.State;
            return own with
            {
                Awaited =
                [
                    .. book.Members.Awaited.Take(StatusNotes.Most).Select(decision => MemberNames.InWords(
                        state, decision.Member is { } member ? $"{MemberNames.NameOf(state, member)}: {decision.Awaits}" : decision.Awaits)),
                ],
                Stopped = MemberNames.InWords(state, book.Members.Stopped),
                Guards = [.. book.Members.Guards],
                Laggards = [.. laggards.Slow],
            };
        }
    }
}
