using Microsoft.Extensions.Logging;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Duties;

/// <summary>
/// Raises this member's alarm NOSPACE while its disk is full, or the state's quota is passed, and clears it when that is over; and moves leadership away from a full disk while a majority has room.
/// </summary>
/// <param name="self">This member.</param>
/// <param name="space">Its disk.</param>
/// <param name="raft">The voters, and the way to hand over.</param>
/// <param name="applier">The state.</param>
/// <param name="leadership">Who leads.</param>
/// <param name="proposals">The way into the log.</param>
/// <param name="logger">The log.</param>
internal sealed class SpaceDuty(
    NodeId self,
    SpaceGate space,
    IRaftNode raft,
    Applier applier,
    LeadershipWatch leadership,
    IInternalProposals proposals,
    ILogger logger)
{
    /// <summary>Brings the alarm in line with the disk.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        space.Refresh();
        if (leadership.Current.Leader.IsNone)
        {
            return;
        }

        var state = applier.Point.State;
        var isShort = space.OwnShortage is not null;
        var raised = state.Alarms.Contains((self, AlarmKind.NoSpace));
        var isPassed = space.Quota.IsPassed(state, raised, space.TakeQuotaRefusal());
        if ((isShort || isPassed) != raised)
        {
            await proposals.ProposeAsync(new SetAlarmCommand(self, AlarmKind.NoSpace, !raised), cancellationToken).ConfigureAwait(false);
            if (!isShort)
            {
                LogQuota(!raised, SpaceQuota.UseOf(state));
            }
        }

        if (isShort && leadership.Current.IsSelf)
        {
            await HandOverAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void LogQuota(bool passed, long use)
    {
        if (passed)
        {
            DutyLog.QuotaPassed(logger, use, space.Quota.Bytes);
        }
        else
        {
            DutyLog.SpaceAlarmCleared(logger, use, space.Quota.Bytes);
        }
    }

    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        var status = raft.Status;
        var alarms = applier.Point.State.Alarms;
        var roomy = status.Voters.Where(voter => voter != self && !alarms.Contains((voter, AlarmKind.NoSpace))).ToList();
        if (roomy.Count < (status.Voters.Length / 2) + 1)
        {
            return;
        }

        var target = roomy.OrderByDescending(voter => status.ProgressOf(voter).MatchIndex).ThenBy(voter => voter).First();
        DutyLog.HandingOver(logger, "its disk is full, and a majority of the others has room");
        await raft.TransferLeadershipAsync(target, cancellationToken).ConfigureAwait(false);
    }
}
