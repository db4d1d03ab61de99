namespace StateServer.Client.Calls;

/// <summary>
/// Numbers the writes of one session and knows the lowest that is unanswered. The most that are under way at once is
/// bounded: more wait. Thread-safe.
/// </summary>
internal sealed class RequestSequence(long session, int maxUnderWay) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _underWay = [];
    private readonly SemaphoreSlim _room = new(maxUnderWay);
    private long _last;

    /// <summary>The session.</summary>
    internal long Session => session;

    /// <summary>The lowest number under way, or the next one to be given where none is.</summary>
    internal long LowestUnanswered
    {
        get
        {
            lock (_gate)
            {
                return _underWay.Count > 0 ? _underWay.Min : _last + 1;
            }
        }
    }

    /// <summary>The next number, once there is room.</summary>
    internal async ValueTask<long> BeginAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        lock (_gate)
        {
            _underWay.Add(++_last);
            return _last;
        }
    }

    /// <summary>The answer was seen, or nobody waits for it any more.</summary>
    internal void End(long sequence)
    {
        lock (_gate)
        {
            _underWay.Remove(sequence);
        }

        _room.Release();
    }

    public void Dispose() => _room.Dispose();
}
