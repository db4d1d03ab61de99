namespace StateServer.Consensus.Reads;

/// <summary>
/// Runs a costly question for many at once: one round at a time, and each serves all who came before it began and none who came
/// later, so that whoever joins is answered by a round begun after it asked. Thread-safe.
/// </summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="round">
/// The question: begins after the call, ends by the given time (a timestamp of <paramref name="time"/> when the first of those
/// who share it came), and completes or fails the round itself, sooner or later; the next one begins when it returns.
/// </param>
/// <param name="mostWaiting">Most who may wait for a round to begin.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedRounds<T>(Func<SharedRound<T>, ValueTask> round, int mostWaiting, TimeProvider time)
{
    private readonly Lock _lock = new();
    private SharedRound<T>? _next;
    private bool _running;

    /// <summary>Rounds begun so far.</summary>
    public long Begun { get; private set; }

    /// <summary>Joins the next round.</summary>
    /// <returns>Its result; null where too many wait.</returns>
    public Task<T>? Join()
    {
        SharedRound<T> joined;
        lock (_lock)
        {
            joined = _next ??= new(time.GetTimestamp());
            if (joined.Sharers >= mostWaiting)
            {
                return null;
            }

            joined.Sharers++;
            if (_running)
            {
                return joined.Result;
            }

            _running = true;
        }

        _ = RunAsync();
        return joined.Result;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            SharedRound<T> current;
            lock (_lock)
            {
                if (_next is null)
                {
                    _running = false;
                    return;
                }

                (current, _next) = (_next, null);
                Begun++;
            }

            try
            {
                await round(current).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                current.Fail(e);
            }
        }
    }
}
