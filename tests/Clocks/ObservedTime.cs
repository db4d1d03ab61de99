using Microsoft.Extensions.Time.Testing;

namespace StateServer.Clocks;

/// <summary>
/// A clock that a test moves, and that tells which timers were set: time that a test lets pass before the code under test has set
/// its timer is lost on it, so a test waits for the timer first. Compiled into every test project that needs it. Thread-safe.
/// </summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _set = [];

    /// <summary>How many timers were made so far that were due after such a time.</summary>
    public int Set(TimeSpan due)
    {
        lock (_gate)
        {
            return _set.Count(one => one == due);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_gate)
        {
            _set.Add(dueTime);
        }

        return timer;
    }
}
