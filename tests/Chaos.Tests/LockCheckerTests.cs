using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Tests;

/// <summary>The checker of locks, and the resource that checks fencing tokens. Times are seconds.</summary>
public sealed class LockCheckerTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Holdings_one_after_the_other_hold()
    {
        LockHold first = Hold(10, acquired: 1, until: 5);
        LockHold second = Hold(20, acquired: 6, until: 9);
        first.ResourceWrites.AddRange([new HeldWrite(2 * Second, true), new HeldWrite(8 * Second, false)]);
        first.GuardedWrites.Add(new HeldWrite(7 * Second, false));
        Assert.Equal(Conclusion.Holds, Check([first, second, Hold(15, 2, 9, "other")], 10, 10, 20, 20).Conclusion);
    }

    [Fact]
    public void Two_holders_at_once_are_found_out()
    {
        Violated("l with token 20 was acquired 2000 ms before the holding of token 10 may end", [Hold(10, 1, 5), Hold(20, 3, 9)]);
        Violated("before the holding of token 10", [Hold(10, 1, 9), Hold(20, 12, 13), Hold(30, 8, 10)]);
    }

    [Fact]
    public void A_release_ends_a_holding_early_from_its_call_on()
    {
        LockHold released = Hold(10, acquired: 1, until: 9);
        released.ReleaseCall = 3 * Second;
        Assert.Equal(Conclusion.Holds, Check([released, Hold(20, 4, 9)]).Conclusion);
        released.ReleaseCall = 5 * Second;
        Violated("1000 ms before the holding of token 10", [released, Hold(20, 4, 9)]);
    }

    [Fact]
    public void One_token_for_two_holders_is_found_out() => Violated("l with token 10 was held by 2", [Hold(10, 1, 2), Hold(10, 3, 4)]);

    [Fact]
    public void A_holder_that_is_refused_while_it_holds_is_found_out()
    {
        LockHold refused = Hold(10, acquired: 1, until: 5);
        refused.ResourceWrites.Add(new HeldWrite(4 * Second, false));
        Violated("the resource refused l with token 10 1000 ms before", [refused]);
        LockHold gone = Hold(10, acquired: 1, until: 5);
        gone.GuardedWrites.Add(new HeldWrite(4 * Second, false));
        Violated("the key of l with token 10 was gone 1000 ms before", [gone]);
    }

    [Fact]
    public void A_write_of_an_older_token_behind_a_newer_one_is_found_out()
    {
        Violated("took a write of token 10 behind one of 20", [], 10, 20, 10);
        LockHold behind = Hold(10, 1, 5);
        behind.NewerFound = 20;
        Violated("wrote behind token 20", [behind]);
    }

    [Fact]
    public void A_resource_takes_no_older_token_behind_a_newer_one()
    {
        var resource = new FencedResource();
        Assert.Equal([true, true, true, false, true], new long[] { 5, 5, 7, 5, 7 }.Select(resource.Write));
        Assert.Equal([5, 5, 7, 7], resource.Accepted);
    }

    private static LockHold Hold(long token, long acquired, long until, string name = "l")
    {
        var lease = new LeaseLife(token);
        lease.Renewals.Add(new LeaseRenewal(0, until));
        return new LockHold(name, token, acquired * Second, lease);
    }

    private static void Violated(string why, LockHold[] holds, params long[] accepted)
    {
        Verdict verdict = Check(holds, accepted);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    private static Verdict Check(LockHold[] holds, params long[] accepted) =>
        LockChecker.Check(holds, new Dictionary<string, IReadOnlyList<long>> { ["l"] = accepted });
}
