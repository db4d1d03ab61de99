namespace StateServer.Client.Calls;

/// <summary>
/// Numbers the writes of one session and knows the lowest that is unanswered. No number is given out that is
/// <paramref name="window"/> or more above it, since the server keeps no more outcomes: later writes wait. Thread-safe.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="window">How far ahead.</param>
/// <param name="first">The first number given out.</param>
internal sealed class RequestSequence(long session, int window, long first = 1)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _underWay = [];
    private TaskCompletionSource _moved = NewSignal();
    private long _last = first - 1;

    /// <summary>The session.</summary>
    internal long Session => session;

    /// <summary>The lowest number under way, or the next one to be given where none is.</summary>
    internal long LowestUnanswered
    {
        get
        {
            lock (_gate)
            {
                return Lowest;
            }
        }
    }

    private long Lowest => _underWay.Count > 0 ? _underWay.Min : _last + 1;

    /// <summary>The next number, once the window has room.</summary>
    internal async ValueTask<long> BeginAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_last + 1 - Lowest < window)
                {
                    _underWay.Add(++_last);
                    return _last;
                }

                moved = _moved.Task;
            }

            await moved.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The answer was seen, or nobody waits for it any more.</summary>
    internal void End(long sequence)
    {
        lock (_gate)
        {
            var before = Lowest;
            _underWay.Remove(sequence);
            if (Lowest > before)
            {
                _moved.SetResult();
                _moved = NewSignal();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
