using StateServer.Agent.Shim;
using StateServer.Agent.Units;

namespace StateServer.StateServer.Tests.Agent;

public sealed class ShimStopTests
{
    private const long Second = 1_000_000_000;
    private const int Term = 15, Kill = 9;

    [Fact]
    public void Asked_it_gets_term_then_kill_after_the_grace_and_again_each_second()
    {
        var stop = new ShimStop(10, null);
        Assert.Equal(long.MaxValue, stop.LookAt);
        Assert.Equal(0, stop.Due(5 * Second, asked: false, Term, Kill));
        Assert.Equal(Term, stop.Due(6 * Second, asked: true, Term, Kill));
        Assert.Equal(UnitEnd.Asked, stop.Cause);
        Assert.Equal(16 * Second, stop.LookAt);
        Assert.Equal(0, stop.Due((16 * Second) - 1, asked: true, Term, Kill));
        Assert.Equal(Kill, stop.Due(16 * Second, asked: true, Term, Kill));
        Assert.Equal(0, stop.Due((17 * Second) - 1, asked: true, Term, Kill));
        Assert.Equal(Kill, stop.Due(17 * Second, asked: true, Term, Kill));
    }

    [Fact]
    public void A_lease_is_looked_at_again_when_it_is_due_and_only_one_that_was_not_renewed_ends_the_unit()
    {
        long end = 20 * Second;
        var stop = new ShimStop(0, () => end);
        Assert.Equal(20 * Second, stop.LookAt);
        end = 25 * Second;
        Assert.Equal(0, stop.Due(20 * Second, asked: false, Term, Kill));
        Assert.Equal(25 * Second, stop.LookAt);
        Assert.Equal(Term, stop.Due(25 * Second, asked: false, Term, Kill));
        Assert.Equal(UnitEnd.LeaseEnded, stop.Cause);

        // Too late: a renewal after the end brings nothing back.
        end = 90 * Second;
        Assert.Equal(Kill, stop.Due(25 * Second, asked: false, Term, Kill));
    }
}
