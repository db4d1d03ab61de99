using StateServer.Consensus.Raft;
using StateServer.Consensus.Rehearsal;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Duties;

/// <summary>
/// While another member leads, this one prepares to lead in its turn, and to follow a third, so that the time without a leader is
/// that of the election and no more: the connections that votes, entries and proposals would go over stay open, each voter has taken
/// a proposal of the others before it leads, and an election was rehearsed once in this process.
/// </summary>
/// <param name="options">The replica's options.</param>
/// <param name="raft">This member's Raft core.</param>
/// <param name="peers">The way to the others.</param>
/// <param name="time">The clock.</param>
internal sealed class PreparationDuty(ReplicaOptions options, RaftNode raft, IReplicaPeers peers, TimeProvider time)
{
    /// <summary>How often it is looked after: a member that just started first finds its leader and its place.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>What is compiled is compiled for the process.</summary>
    private static int _isRehearsed;

    /// <summary>Prepares; does nothing where this member leads, knows no leader or has no vote.</summary>
    /// <exception cref="TimeoutException">The rehearsal came to nothing; it isn't tried again.</exception>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var position = raft.Position;
        if (position.Leader.IsNone || position.Leader == options.Id || position.IsLearner)
        {
            return;
        }

        await raft.GreetVotersAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(raft.Status.Voters
            .Where(voter => voter != options.Id && voter != position.Leader)
            .Select(voter => ForwardNothingAsync(voter, cancellationToken))).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isRehearsed, 1) == 0)
        {
            await ElectionRehearsal.RunAsync(Path.Combine(options.DataFolder, "rehearsal"), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A message without a command, of a term that nobody leads: whoever gets it says so, over the stream that would bring it
    /// proposals if it led.
    /// </summary>
    private async Task ForwardNothingAsync(NodeId voter, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(options.ElectionTimeoutLow, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var exchange = await peers.OpenForwardAsync(voter, limit.Token).ConfigureAwait(false);
            await using (exchange.ConfigureAwait(false))
            {
                await exchange.SendAsync(new(), limit.Token).ConfigureAwait(false);
                await exchange.ReceiveAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is PeerUnavailableException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
