using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Counts of what ended how, and the longest time without an acknowledged write: reads go on where a full disk refuses every
/// write. Thread-safe.
/// </summary>
internal sealed class RunProgress
{
    private readonly Lock _gate = new();
    private long _lastWrite = WorkloadContext.Now;
    private long _longestGap;
    private long _ok;
    private long _failed;
    private long _unknown;

    public long Ok => Interlocked.Read(ref _ok);

    public long Failed => Interlocked.Read(ref _failed);

    public long Unknown => Interlocked.Read(ref _unknown);

    /// <summary>The time since the last acknowledged write.</summary>
    public TimeSpan OutageNow => TimeSpan.FromTicks((WorkloadContext.Now - Volatile.Read(ref _lastWrite)) / 100);

    /// <summary>One operation ended.</summary>
    /// <param name="status">How.</param>
    /// <param name="writes">Whether it was one that goes through the log.</param>
    public void Count(OperationStatus status, bool writes)
    {
        switch (status)
        {
            case OperationStatus.Ok:
                Interlocked.Increment(ref _ok);
                if (writes)
                {
                    NoteWrite();
                }

                break;
            case OperationStatus.Fail:
                Interlocked.Increment(ref _failed);
                break;
            default:
                Interlocked.Increment(ref _unknown);
                break;
        }
    }

    /// <summary>The longest time without an acknowledged write since the last call of this, the one going on included.</summary>
    public TimeSpan TakeLongestOutage()
    {
        lock (_gate)
        {
            long longest = Math.Max(_longestGap, WorkloadContext.Now - _lastWrite);
            _longestGap = 0;
            return TimeSpan.FromTicks(longest / 100);
        }
    }

    private void NoteWrite()
    {
        lock (_gate)
        {
            long now = WorkloadContext.Now;
            _longestGap = Math.Max(_longestGap, now - _lastWrite);
            _lastWrite = now;
        }
    }
}
