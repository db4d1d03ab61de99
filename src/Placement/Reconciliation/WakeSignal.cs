namespace StateServer.Placement.Reconciliation;

/// <summary>Wakes one waiter: many calls before it waits count as one. Thread-safe.</summary>
/// <param name="time">The clock.</param>
internal sealed class WakeSignal(TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Wakes who waits, or the next who will.</summary>
    public void Set()
    {
        lock (_lock)
        {
            _set.TrySetResult();
        }
    }

    /// <summary>Waits until it is set, at most so long, and takes it back.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task set;
        lock (_lock)
        {
            set = _set.Task;
        }

        try
        {
            await set.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return;
        }

        lock (_lock)
        {
            if (_set.Task.IsCompleted)
            {
                _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
