namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>The leader's death at one step of its work, counted over its commands and its calls that change something. Thread-safe.</summary>
/// <param name="at">The step, from 1 on; 0 for never.</param>
/// <param name="afterwards">Whether the step still takes effect.</param>
internal sealed class Crash(int at, bool afterwards)
{
    private int _steps;

    public bool Afterwards => afterwards;

    /// <summary>Steps so far.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>True where the leader dies at this step.</summary>
    public bool IsNow() => Interlocked.Increment(ref _steps) == at;
}
