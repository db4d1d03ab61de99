using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Replica;

/// <summary>
/// Keeps the time without a leader to that of the election. While another member leads, this one keeps the connections open that
/// votes, entries and proposals would go over, and has sent those that don't lead a message without commands; once it has taken part
/// for a while, it rehearses an election, so that none of that code runs for the first time when nobody leads. A leader that hands
/// over as planned has every voter do all of it before, while it goes on appending. Thread-safe.
/// </summary>
/// <param name="options">The replica's options.</param>
/// <param name="raft">This member's Raft core.</param>
/// <param name="peers">The way to the others.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class Preparation(ReplicaOptions options, IRaftNode raft, IReplicaPeers peers, TimeProvider time, ILogger logger)
{
    /// <summary>How often it is looked after: a member that just started first finds its leader and its place.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Nothing is rehearsed unasked before: on a machine that starts several members, each has enough to compile.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    /// <summary>How long a planned hand-over waits for it at most; a rehearsal takes half a second on a machine that isn't busy.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly long _since = time.GetTimestamp();

    /// <summary>Prepares this member as far as is due; does nothing where it leads, knows no leader or has no vote.</summary>
    /// <exception cref="TimeoutException">The rehearsal came to nothing; it isn't tried again.</exception>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var position = raft.Position;
        if (position.Leader.IsNone || position.Leader == options.Id || position.IsLearner)
        {
            return;
        }

        await GreetAsync(position.Leader, cancellationToken).ConfigureAwait(false);
        if (time.GetElapsedTime(_since) >= Settled)
        {
            await raft.RehearseElectionAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Prepares this member, whatever its part in the cluster; at the request of the leader, or of its own before it hands over.</summary>
    /// <returns>Null, or in one line what it came short of.</returns>
    public async Task<string?> PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GreetAsync(raft.Position.Leader, cancellationToken).ConfigureAwait(false);
            await raft.RehearseElectionAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or IOException or TransferRefusedException or NotLeadingException)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Has this member and every voter in contact prepare, at once, where this one leads. Ends within <see cref="Limit"/>; who came
    /// short of it is no error: the hand-over then takes what it takes.
    /// </summary>
    public async Task PrepareAllAsync(CancellationToken cancellationToken)
    {
        var status = raft.Status;
        if (!status.IsLeader || status.Voters.Length <= 1)
        {
            return;
        }

        using var timer = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        await Task.WhenAll(status.Progress
            .Where(progress => progress.LastContactTimestamp > 0 && time.GetElapsedTime(progress.LastContactTimestamp) < options.ElectionTimeoutHigh)
            .Select(progress => AskAsync(progress.Id, limit.Token))
            .Append(TellAsync(options.Id, PrepareAsync, limit.Token))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(EventId = 4060, Level = LogLevel.Information, Message = "member {Member} is not prepared for another leader: {Why}")]
    private static partial void LogUnprepared(ILogger logger, NodeId member, string why);

    [LoggerMessage(EventId = 4061, Level = LogLevel.Information, Message = "member {Member} is not prepared for another leader: it was not within {Limit}")]
    private static partial void LogLate(ILogger logger, NodeId member, TimeSpan limit);

    private Task AskAsync(NodeId voter, CancellationToken limit) => TellAsync(
        voter,
        async token =>
        {
            var problem = (await peers.PrepareAsync(voter, token).ConfigureAwait(false)).Problem;
            return problem.Length == 0 ? null : problem;
        },
        limit);

    private async Task TellAsync(NodeId member, Func<CancellationToken, Task<string?>> prepare, CancellationToken limit)
    {
        try
        {
            if (await prepare(limit).ConfigureAwait(false) is { } why)
            {
                LogUnprepared(logger, member, why);
            }
        }
        catch (PeerUnavailableException e)
        {
            LogUnprepared(logger, member, e.Reason);
        }
        catch (OperationCanceledException)
        {
            LogLate(logger, member, Limit);
        }
    }

    private async Task GreetAsync(NodeId leader, CancellationToken cancellationToken)
    {
        await raft.GreetVotersAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(raft.Status.Voters
            .Where(voter => voter != options.Id && voter != leader)
            .Select(voter => ForwardNothingAsync(voter, cancellationToken))).ConfigureAwait(false);
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
