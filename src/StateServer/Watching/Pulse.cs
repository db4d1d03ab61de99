namespace StateServer.Watching;

/// <summary>Wakes one loop; several wakes before it looks are one. Setting it never runs the loop's code. Thread-safe.</summary>
internal sealed class Pulse : IDisposable
{
    private readonly SemaphoreSlim _set = new(0);
    private int _isSet;

    /// <summary>Wakes it.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _isSet, 1) == 0)
        {
            _set.Release();
        }
    }

    /// <summary>Waits for a wake.</summary>
    public async Task WaitAsync(CancellationToken stop)
    {
        await _set.WaitAsync(stop);
        Interlocked.Exchange(ref _isSet, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}
