using StateServer.Consensus.Raft;
using StateServer.Consensus.Rehearsal;

namespace StateServer.Consensus.Duties;

/// <summary>
/// While another member leads, this one prepares to lead in its turn, so that the time without a leader is that of the election and
/// no more: the connections that its votes and entries would go over stay open, and an election was rehearsed once in this process.
/// </summary>
/// <param name="options">The replica's options.</param>
/// <param name="raft">This member's Raft core.</param>
/// <param name="time">The clock.</param>
internal sealed class PreparationDuty(ReplicaOptions options, RaftNode raft, TimeProvider time)
{
    /// <summary>How often it is looked after: a member that just started first finds its leader and its place.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>What is compiled is compiled for the process.</summary>
    private static int _isRehearsed;

    /// <summary>Prepares; does nothing where this member leads, knows no leader or has no vote.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var position = raft.Position;
        if (position.Leader.IsNone || position.Leader == options.Id || position.IsLearner)
        {
            return;
        }

        await raft.GreetVotersAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isRehearsed, 1) == 0)
        {
            await ElectionRehearsal.RunAsync(Path.Combine(options.DataFolder, "rehearsal"), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
