using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>The checker of leases: what it lets pass, and each thing that it must find. Times are seconds.</summary>
public sealed class LeaseCheckerTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void A_lease_that_ends_when_its_time_is_over_holds()
    {
        LeaseLife life = Life();
        life.Looks.AddRange([Look(9, there: true), Look(12, there: false)]);
        Holds(life, Ends(11, 50));
    }

    [Fact]
    public void An_end_is_found_out_that_comes_before_the_last_keep_alive_allows()
    {
        Violated("l/0 was seen deleted (at revision 50) 1000 ms before", Life(), Ends(8, 50));
        LeaseLife looked = Life();
        looked.Looks.Add(Look(8, there: false));
        Violated("l/0 was not there 500 ms before", looked, []);
    }

    [Fact]
    public void A_lease_lives_from_when_the_keep_alive_was_sent_however_late_it_is_answered()
    {
        LeaseLife life = Life();
        life.Renewals.Add(new LeaseRenewal(7 * Second, 5));
        Violated("before the lease may end", life, Ends(11, 50));
        Holds(life, Ends(13, 50));
    }

    [Fact]
    public void Revocation_ends_a_lease_early_from_its_call_on()
    {
        LeaseLife life = Life();
        life.RevokeCall = 6 * Second;
        Holds(life, Ends(7, 50));
        Violated("before the lease may end", life, Ends(5, 50));
        life.RevokedAt = 7 * Second;
        life.Looks.Add(Look(8, there: true));
        Violated("is there 1000 ms after the lease's end was known", life, Ends(7, 50));
    }

    [Fact]
    public void A_lease_that_lives_again_is_found_out()
    {
        LeaseLife renewed = Life();
        renewed.Renewals.Add(new LeaseRenewal(12 * Second, 3));
        Violated("it was kept alive for 3 s, 1000 ms after its end was known", renewed, Ends(11, 50));
        LeaseLife put = Life();
        put.Keys.Add(new LeasedKey("l/9", OperationStatus.Ok, 12 * Second, 12 * Second, 60));
        Violated("was put under it", put, Ends(11, 50));
        Violated("l/9 was put under it at revision 60, after its end", put, Ends(13, 50));
        LeaseLife seen = Life();
        seen.Looks.Add(Look(12, there: true));
        Violated("is there 1000 ms after", seen, Ends(11, 50));
    }

    [Fact]
    public void Keys_of_one_lease_that_vanish_apart_are_found_out()
    {
        Dictionary<string, KeyEnd> apart = Ends(11, 50);
        apart["l/1"] = new KeyEnd(51, 11 * Second);
        Violated("l/0 vanished at revision 50, and l/1 at 51", Life(), apart);
    }

    [Fact]
    public void What_never_ends_is_found_out()
    {
        Violated("it never ended", Life(), [], leasesLeft: [7]);
        Violated("l/1 is still there", Life(), [], keysLeft: ["l/1"]);
        Holds(Life(), [], keysLeft: ["other"], leasesLeft: [8]);
    }

    [Fact]
    public void A_key_taken_off_its_lease_stays()
    {
        LeaseLife life = Life();
        life.Keys[1] = life.Keys[1] with { Detached = OperationStatus.Ok };
        Dictionary<string, KeyEnd> ends = new() { ["l/0"] = new KeyEnd(50, 11 * Second) };
        Holds(life, ends, keysLeft: ["l/1"]);
        Violated("l/1 is gone, which was taken off it", life, ends);
        Violated("l/1 vanished, which it was taken off", life, Ends(11, 50), keysLeft: ["l/1"]);
        life.Keys[1] = life.Keys[1] with { Detached = OperationStatus.Unknown };
        Holds(life, ends, keysLeft: ["l/1"]);
        Holds(life, Ends(11, 50));
    }

    [Fact]
    public void Nothing_is_promised_of_a_grant_or_a_put_of_unknown_outcome()
    {
        LeaseLife unknown = Life(OperationStatus.Unknown);
        unknown.Looks.Add(Look(8, there: false));
        Holds(unknown, []);
        LeaseLife never = new(7);
        Holds(never, []);
        Violated("it never ended", never, [], leasesLeft: [7]);
    }

    /// <summary>Granted at 1 and kept alive at 4 for 5 s each: it lives till 9. Its keys are l/0 and l/1, put at 2.</summary>
    private static LeaseLife Life(OperationStatus attached = OperationStatus.Ok)
    {
        var life = new LeaseLife(7);
        life.Renewals.AddRange([new LeaseRenewal(Second, 5), new LeaseRenewal(4 * Second, 5)]);
        life.Keys.AddRange(Enumerable.Range(0, 2).Select(n => new LeasedKey($"l/{n}", attached, 2 * Second, 2 * Second, 20)));
        return life;
    }

    /// <summary>A look at l/0 that takes half a second.</summary>
    private static KeyLook Look(long at, bool there) => new("l/0", at * Second, (at * Second) + (Second / 2), there);

    private static Dictionary<string, KeyEnd> Ends(long at, long revision) =>
        Enumerable.Range(0, 2).ToDictionary(n => $"l/{n}", _ => new KeyEnd(revision, at * Second));

    private static void Holds(LeaseLife life, Dictionary<string, KeyEnd> ends, string[]? keysLeft = null, long[]? leasesLeft = null)
    {
        Verdict verdict = Check(life, ends, keysLeft, leasesLeft);
        Assert.True(verdict.Conclusion == Conclusion.Holds, verdict.Detail);
    }

    private static void Violated(string why, LeaseLife life, Dictionary<string, KeyEnd> ends, string[]? keysLeft = null, long[]? leasesLeft = null)
    {
        Verdict verdict = Check(life, ends, keysLeft, leasesLeft);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    private static Verdict Check(LeaseLife life, Dictionary<string, KeyEnd> ends, string[]? keysLeft, long[]? leasesLeft) => LeaseChecker.Check(new LeaseEvidence
    {
        Lives = [life],
        Ends = ends,
        KeysLeft = (keysLeft ?? []).ToHashSet(),
        LeasesLeft = (leasesLeft ?? []).ToHashSet(),
    });
}
