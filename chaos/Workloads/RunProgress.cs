using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>Counts of what ended how, and the longest time without an acknowledgement. Thread-safe.</summary>
internal sealed class RunProgress
{
    private readonly Lock _gate = new();
    private long _lastOk = WorkloadContext.Now;
    private long _longestGap;
    private long _ok;
    private long _failed;
    private long _unknown;

    public long Ok => Interlocked.Read(ref _ok);

    public long Failed => Interlocked.Read(ref _failed);

    public long Unknown => Interlocked.Read(ref _unknown);

    /// <summary>The time since the last acknowledged operation.</summary>
    public TimeSpan OutageNow => TimeSpan.FromTicks((WorkloadContext.Now - Volatile.Read(ref _lastOk)) / 100);

    public void Count(OperationStatus status)
    {
        switch (status)
        {
            case OperationStatus.Ok:
                Interlocked.Increment(ref _ok);
                lock (_gate)
                {
                    long now = WorkloadContext.Now;
                    _longestGap = Math.Max(_longestGap, now - _lastOk);
                    _lastOk = now;
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

    /// <summary>The longest time without an acknowledgement since the last call of this, the one going on included.</summary>
    public TimeSpan TakeLongestOutage()
    {
        lock (_gate)
        {
            long longest = Math.Max(_longestGap, WorkloadContext.Now - _lastOk);
            _longestGap = 0;
            return TimeSpan.FromTicks(longest / 100);
        }
    }
}
