using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Domain.Commands.Membership;

namespace StateServer.Consensus.Duties;

/// <summary>
/// On the leader: the replicated state learns who votes from configuration entries alone, and a cluster that began before it
/// listened may never have another one. So the voters in force are said again, once, where the state knows none.
/// </summary>
/// <param name="raft">The voters.</param>
/// <param name="applier">The state.</param>
/// <param name="leadership">Who leads.</param>
internal sealed class VotersDuty(IRaftNode raft, Applier applier, LeadershipWatch leadership)
{
    /// <summary>Appends them where the state doesn't know them.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var state = applier.Point.State;
        if (!leadership.Current.IsSelf
            || state.FeatureLevel < MembershipCommand.FirstFeatureLevel
            || !state.Membership.Voters.IsEmpty)
        {
            return;
        }

        try
        {
            await raft.RestateVotersAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NotLeadingException or UnsettledChangeException)
        {
            // Whoever leads next sees by its state whether it is still to be done.
        }
    }
}
