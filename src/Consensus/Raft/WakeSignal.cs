namespace StateServer.Consensus.Raft;

/// <summary>Wakes one waiting thread; a signal that comes while it is busy is kept, many are one. Thread-safe.</summary>
internal sealed class WakeSignal
{
    private readonly object _lock = new();
    private bool _signalled;
    private bool _closed;

    /// <summary>Wakes the thread, now or when it waits next.</summary>
    public void Set()
    {
        if (Volatile.Read(ref _signalled))
        {
            return;
        }

        lock (_lock)
        {
            _signalled = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Lets the thread end.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for the next signal.</summary>
    /// <returns>False once closed.</returns>
    public bool Wait()
    {
        lock (_lock)
        {
            while (!_signalled && !_closed)
            {
                Monitor.Wait(_lock);
            }

            Volatile.Write(ref _signalled, false);
            return !_closed;
        }
    }
}
