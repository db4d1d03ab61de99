using StateServer.Consensus.Replica;
using StateServer.Domain.Apply;

namespace StateServer.Consensus.Reads;

/// <summary>
/// Linearizable reads of this member: all that wait share one read index, asked for after they came, and one wait until it is
/// applied. The next index is asked for while earlier reads still wait for theirs. Thread-safe.
/// </summary>
internal sealed class LinearizableReads
{
    /// <summary>Most reads that may wait for one read index; above, they are refused.</summary>
    public const int MostWaiting = 65_536;

    private readonly ReadIndexSource _source;
    private readonly Applier _applier;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly SharedRounds<ReplicatedState> _rounds;

    /// <summary>Makes it.</summary>
    public LinearizableReads(
        ReplicaOptions options, ReadIndexSource source, Applier applier, TimeProvider time, int mostWaiting = MostWaiting)
    {
        _source = source;
        _applier = applier;
        _time = time;
        _timeout = options.RequestTimeout;
        _rounds = new(RoundAsync, mostWaiting, time);
    }

    /// <summary>Read indexes asked for so far.</summary>
    public long Rounds => _rounds.Begun;

    /// <summary>A state that holds everything acknowledged before this call.</summary>
    public ValueTask<ReplicatedState> ReadAsync()
    {
        if (_rounds.Join() is { } state)
        {
            return new(state);
        }

        ReadMeter.Refused(ReadRefusal.QueueFull, 1);
        return ValueTask.FromException<ReplicatedState>(
            new ReadRefusedException(ReadRefusal.QueueFull, $"{MostWaiting} linearizable reads wait already: try again later"));
    }

    private async ValueTask RoundAsync(SharedRound<ReplicatedState> round)
    {
        var left = _timeout - _time.GetElapsedTime(round.Opened);
        var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1), _time);
        try
        {
            var index = await _source.NextAsync(deadline.Token).ConfigureAwait(false);
            if (_applier.AppliedIndex < index)
            {
                _ = WaitForAppliedAsync(round, index, deadline);
                return;
            }

            deadline.Dispose();
            Complete(round);
        }
        catch (Exception e)
        {
            deadline.Dispose();
            Fail(round, e);
        }
    }

    private async Task WaitForAppliedAsync(SharedRound<ReplicatedState> round, long index, CancellationTokenSource deadline)
    {
        try
        {
            await _applier.Waiters.WaitAsync(index, () => _applier.AppliedIndex, deadline.Token).ConfigureAwait(false);
            Complete(round);
        }
        catch (OperationCanceledException)
        {
            Fail(round, new ReadRefusedException(
                ReadRefusal.TimedOut,
                $"this member has applied {_applier.AppliedIndex} and did not reach {index} within {_timeout.TotalSeconds:0.###} s"));
        }
        catch (Exception e)
        {
            Fail(round, e);
        }
        finally
        {
            deadline.Dispose();
        }
    }

    private void Complete(SharedRound<ReplicatedState> round)
    {
        ReadMeter.Shared(round.Sharers);
        round.Complete(_applier.Point.State);
    }

    private static void Fail(SharedRound<ReplicatedState> round, Exception cause)
    {
        if (cause is ReadRefusedException refused)
        {
            ReadMeter.Refused(refused.Refusal, round.Sharers);
        }

        round.Fail(cause);
    }
}
