using StateServer.Agent.Units;

namespace StateServer.Agent.Shim;

/// <summary>
/// When a unit's processes get TERM and KILL: TERM when it is asked for or the lease ends, whichever comes first, and KILL a grace later,
/// again each second until they are gone. Times are nanoseconds of the boot-time clock. Not thread-safe.
/// </summary>
/// <param name="graceSeconds">From TERM to KILL.</param>
/// <param name="leaseEnd">Reads the lease's end, as renewed last; null where there is no lease.</param>
internal sealed class ShimStop(int graceSeconds, Func<long>? leaseEnd)
{
    private const long Second = 1_000_000_000;

    private long _killAt = long.MaxValue;

    /// <summary>Why it is being stopped; null while it isn't.</summary>
    public UnitEnd? Cause { get; private set; }

    /// <summary>When to look again; <see cref="long.MaxValue"/> for never.</summary>
    public long LookAt => Cause is null ? leaseEnd?.Invoke() ?? long.MaxValue : _killAt;

    /// <summary>What is to be sent now: a signal, or 0 for none.</summary>
    /// <param name="now">The time.</param>
    /// <param name="asked">Whether somebody asked to stop it.</param>
    /// <param name="term">TERM's number.</param>
    /// <param name="kill">KILL's number.</param>
    public int Due(long now, bool asked, int term, int kill)
    {
        if (Cause is null)
        {
            if (asked || (leaseEnd is not null && now >= leaseEnd()))
            {
                Cause = asked ? UnitEnd.Asked : UnitEnd.LeaseEnded;
                _killAt = now + (graceSeconds * Second);
                return term;
            }

            return 0;
        }

        if (now < _killAt)
        {
            return 0;
        }

        _killAt = now + Second;
        return kill;
    }
}
