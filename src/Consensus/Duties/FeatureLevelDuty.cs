using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Domain.Commands;

namespace StateServer.Consensus.Duties;

/// <summary>On the leader: raises the feature level once every voter is registered and knows it.</summary>
/// <param name="raft">The voters.</param>
/// <param name="applier">The state.</param>
/// <param name="leadership">Who leads.</param>
/// <param name="proposals">The way into the log.</param>
/// <param name="logger">The log.</param>
internal sealed class FeatureLevelDuty(
    IRaftNode raft, Applier applier, LeadershipWatch leadership, IInternalProposals proposals, ILogger logger)
{
    /// <summary>Proposes the highest level that all know, where it is above the one in force.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var state = applier.Point.State;
        if (!leadership.Current.IsSelf || state.Members.IsEmpty)
        {
            return;
        }

        var known = state.Members.Values.Min(member => member.HighestFeatureLevel);
        if (known > state.FeatureLevel && raft.Status.Voters.All(state.Members.ContainsKey))
        {
            DutyLog.RaisingLevel(logger, known);
            await proposals.ProposeAsync(new RaiseFeatureLevelCommand(known), cancellationToken).ConfigureAwait(false);
        }
    }
}
