namespace StateServer.Consensus.Log;

/// <summary>The syncs of one log that have begun and not ended: a disk that hangs never ends one. Thread-safe.</summary>
/// <param name="time">The clock; its timestamps alone are used.</param>
internal sealed class SyncsUnderWay(TimeProvider time)
{
    private readonly Lock _lock = new();

    /// <summary>When each began, oldest first: one of the flush thread, one of an append that begins a segment.</summary>
    private readonly List<long> _begun = [];

    /// <summary>How long the oldest has taken by now; zero where none runs.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_lock)
            {
                return _begun.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_begun[0]);
            }
        }
    }

    /// <summary>One begins.</summary>
    /// <returns>When, for <see cref="End"/>.</returns>
    public long Begin()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _begun.Add(now);
            return now;
        }
    }

    /// <summary>The one that began then has ended, whatever came of it.</summary>
    public void End(long begun)
    {
        lock (_lock)
        {
            _begun.Remove(begun);
        }
    }
}
