namespace StateServer.Consensus.Replica;

/// <summary>Those who wait until an index is applied. Thread-safe; costs the applier one comparison while nobody is due.</summary>
internal sealed class IndexWaiters
{
    /// <summary>Most that may wait: reads share their waits, so this is far above what a healthy member sees.</summary>
    public const int MostWaiting = 65_536;

    private readonly Lock _lock = new();
    private readonly List<(long Index, TaskCompletionSource Reached)> _waiting = [];
    private long _lowest = long.MaxValue;

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits until <paramref name="index"/> is applied.</summary>
    /// <param name="index">The index.</param>
    /// <param name="applied">Tells what is applied now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">Too many wait.</exception>
    public async ValueTask WaitAsync(long index, Func<long> applied, CancellationToken cancellationToken)
    {
        if (applied() >= index)
        {
            return;
        }

        var waiter = (index, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting)
            {
                throw new InvalidOperationException($"{MostWaiting} wait for an index already");
            }

            _waiting.Add(waiter);
            Interlocked.Exchange(ref _lowest, Math.Min(_lowest, index));
        }

        // The applier may have passed the index before it could see the waiter.
        Reached(applied());
        try
        {
            await waiter.Item2.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _waiting.Remove(waiter);
            }

            throw;
        }
    }

    /// <summary>Tells that <paramref name="index"/> was applied.</summary>
    public void Reached(long index)
    {
        if (index < Volatile.Read(ref _lowest))
        {
            return;
        }

        List<TaskCompletionSource> due = [];
        lock (_lock)
        {
            var lowest = long.MaxValue;
            _waiting.RemoveAll(waiter =>
            {
                if (waiter.Index <= index)
                {
                    due.Add(waiter.Reached);
                    return true;
                }

                lowest = Math.Min(lowest, waiter.Index);
                return false;
            });
            Interlocked.Exchange(ref _lowest, lowest);
        }

        due.ForEach(reached => reached.TrySetResult());
    }
}
