using StateServer.Consensus.Proposals;
using StateServer.Consensus.Replica;
using StateServer.Domain.Commands;

namespace StateServer.Consensus.Duties;

/// <summary>
/// On the leader: frees what compactions left, a bounded part at a time: one part each time while clients write, and part after
/// part while they don't, so that memory is freed in the end whatever they do.
/// </summary>
/// <param name="queue">What clients wait for.</param>
/// <param name="applier">The state.</param>
/// <param name="leadership">Who leads.</param>
/// <param name="proposals">The way into the log.</param>
internal sealed class TrimDuty(ProposalQueue queue, Applier applier, LeadershipWatch leadership, IInternalProposals proposals)
{
    /// <summary>Proposes to trim while there is something to trim.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        while (leadership.Current.IsSelf && applier.Point.State.Keyspace.HasHistoryToTrim)
        {
            await proposals.ProposeAsync(new TrimHistoryCommand(), cancellationToken).ConfigureAwait(false);
            if (queue.Waiting > 0)
            {
                return;
            }
        }
    }
}
