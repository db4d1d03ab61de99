using System.Diagnostics.Metrics;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Hands leadership to a chosen voter (Raft dissertation, §3.10): the heir is brought up to date, and told to stand for election at
/// once. Entries are appended as ever until it has all that there was when that began; only what is left then, a round's worth, is
/// waited for without. Bounded by one election timeout for each of the steps; where it comes to nothing this member goes on leading. Where the
/// heir's answer is lost it may stand all the same: entries are appended again, and it is waited for whether another term begins.
/// Thread-safe; one at a time.
/// </summary>
internal sealed class LeadershipTransfer(
    NodeId self, MemberCluster cluster, RaftLog log, ReplicaOptions options, TimeProvider time) : IDisposable
{
    private static readonly Histogram<double> HeldSeconds = RaftMeter.Meter.CreateHistogram<double>(
        "stateserver.leader.handover.duration", "s", "How long a leader that handed over, or tried to, appended nothing: up to its successor's first message");

    private readonly SemaphoreSlim _one = new(1, 1);
    private int _inProgress;

    /// <summary>Raised after <see cref="InProgress"/> changed; handlers return at once and don't throw.</summary>
    public event Action? Changed;

    /// <summary>True while nothing new may be appended, since leadership is being handed over.</summary>
    public bool InProgress => Volatile.Read(ref _inProgress) != 0;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    /// <summary>Hands over to <paramref name="target"/>; where it is none, to the most caught-up voter of those that take it.</summary>
    public async Task HandOverAsync(NodeId target, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var term = log.Leadership.Term;
            if (!cluster.IsLeader || term == 0)
            {
                throw new NotLeadingException($"member {self} does not lead, so it has nothing to hand over");
            }

            if (target == self)
            {
                return;
            }

            var heirs = await HeirsAsync(target, cancellationToken).ConfigureAwait(false);
            for (var at = 0; !await TakesAsync(heirs[at], term, isLast: at == heirs.Count - 1, cancellationToken).ConfigureAwait(false);)
            {
                at++;
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <returns>False where the heir refused, and another one may be asked.</returns>
    private async Task<bool> TakesAsync(NodeId heir, long term, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            var there = log.LastIndex;
            await CatchUpAsync(heir, term, () => there, cancellationToken).ConfigureAwait(false);
            if (await ElectAsync(heir, term, cancellationToken).ConfigureAwait(false) is { } why
                && !await WaitAsync(() => HasPassed(term), cancellationToken).ConfigureAwait(false))
            {
                throw new TransferRefusedException($"member {heir} was not elected within {options.ElectionTimeoutHigh.TotalMilliseconds:F0} ms, and said nothing: {why}");
            }

            return true;
        }
        catch (TransferRefusedException) when (!isLast && !HasPassed(term))
        {
            return false;
        }
    }

    /// <summary>Nothing is appended while this runs.</summary>
    /// <returns>Null once the term has passed; why there was no answer, where the heir may or may not have been told.</returns>
    private async Task<string?> ElectAsync(NodeId heir, long term, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        Hold(true);
        try
        {
            await CatchUpAsync(heir, term, () => log.LastIndex, cancellationToken).ConfigureAwait(false);
            if (await CallAsync(heir, term, cancellationToken).ConfigureAwait(false) is { } why)
            {
                return why;
            }

            if (!await WaitAsync(() => HasPassed(term), cancellationToken).ConfigureAwait(false))
            {
                throw new TransferRefusedException($"member {heir} was not elected within {options.ElectionTimeoutHigh.TotalMilliseconds:F0} ms");
            }

            // Whoever asked looks next who leads: the new leader's first message is on its way.
            await WaitAsync(() => !cluster.CurrentLeader.IsNone, cancellationToken).ConfigureAwait(false);
            return null;
        }
        finally
        {
            Hold(false);
            if (cluster.IsMeasured)
            {
                HeldSeconds.Record(time.GetElapsedTime(begin).TotalSeconds);
            }
        }
    }

    private void Hold(bool isHeld)
    {
        Volatile.Write(ref _inProgress, isHeld ? 1 : 0);
        Changed?.Invoke();
    }

    /// <summary>Who may be handed over to, the most caught-up one first.</summary>
    private async Task<IReadOnlyList<NodeId>> HeirsAsync(NodeId target, CancellationToken cancellationToken)
    {
        if (!target.IsNone && !log.Configuration.Contains(target))
        {
            throw new TransferRefusedException($"member {target} is not a voter");
        }

        NodeId[] wanted = target.IsNone ? [.. log.Configuration.Voters.Where(voter => voter != self)] : [target];
        if (!wanted.Any(IsAlive) && wanted.Any(voter => cluster.LastContact(voter) == 0))
        {
            // It was elected a moment ago, and perhaps without this one.
            cluster.ForceRound();
            await WaitAsync(() => !cluster.IsLeader || wanted.Any(IsAlive), cancellationToken).ConfigureAwait(false);
        }

        NodeId[] heirs = [.. wanted.Where(IsAlive).OrderByDescending(log.DurableOf).ThenBy(voter => voter)];
        return heirs.Length > 0
            ? heirs
            : throw new TransferRefusedException(
                target.IsNone ? "no other voter is in contact" : $"member {target} has not answered within {options.ElectionTimeoutHigh.TotalMilliseconds:F0} ms");
    }

    private bool IsAlive(NodeId voter)
        => cluster.LastContact(voter) is > 0 and var contact && time.GetElapsedTime(contact) < options.ElectionTimeoutHigh;

    private async Task CatchUpAsync(NodeId heir, long term, Func<long> index, CancellationToken cancellationToken)
    {
        if (log.DurableOf(heir) < index())
        {
            cluster.ForceRound();
        }

        if (!await WaitAsync(() => log.Leadership.Term != term || log.DurableOf(heir) >= index(), cancellationToken)
                .ConfigureAwait(false))
        {
            throw new TransferRefusedException(
                $"member {heir} is too far behind: it has {log.DurableOf(heir)} of {index()}");
        }

        if (log.Leadership.Term != term)
        {
            throw new NotLeadingException($"leadership of term {term} ended before it was handed over");
        }
    }

    private bool HasPassed(long term) => log.Term > term || !cluster.IsLeader;

    /// <returns>Null where the heir stands for election; why it did not answer.</returns>
    private async Task<string?> CallAsync(NodeId heir, long term, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await cluster
                .TimeoutNowAsync(heir, new() { Term = term, LastIndex = log.LastIndex }, options.ElectionTimeoutHigh, cancellationToken)
                .ConfigureAwait(false);
            return reply.Accepted ? null : throw new TransferRefusedException($"member {heir} refused: {reply.Reason}");
        }
        catch (PeerUnavailableException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Looks again at each millisecond, for one election timeout at most.</summary>
    private async Task<bool> WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (!condition())
        {
            if (time.GetElapsedTime(begin) > options.ElectionTimeoutHigh)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
