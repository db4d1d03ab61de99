using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Duties;

/// <summary>
/// While another member leads, this one prepares to lead in its turn, and to follow a third: the connections that votes, entries and
/// proposals would go over stay open, so that an election doesn't wait for them.
/// </summary>
/// <param name="options">The replica's options.</param>
/// <param name="raft">This member's Raft core.</param>
internal sealed class PreparationDuty(ReplicaOptions options, RaftNode raft)
{
    /// <summary>How often it is looked after: a member that just started first finds its leader and its place.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Prepares; does nothing where this member leads, knows no leader or has no vote.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var position = raft.Position;
        if (!position.Leader.IsNone && position.Leader != options.Id && !position.IsLearner)
        {
            await raft.GreetVotersAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
