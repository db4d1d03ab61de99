using System.Text;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>Each checker that needs no search: what it lets pass, and each thing that it must find.</summary>
public sealed class CheckerTests
{
    private static readonly string[] Found = ["a", "b"];

    [Fact]
    public void A_set_holds_with_unknown_elements_there_or_not()
    {
        Dictionary<string, OperationStatus> added = new() { ["a"] = OperationStatus.Ok, ["b"] = OperationStatus.Unknown, ["c"] = OperationStatus.Unknown, ["d"] = OperationStatus.Fail };
        Assert.Equal(Conclusion.Holds, SetChecker.Check(added, Found.ToHashSet()).Conclusion);
    }

    [Theory]
    [InlineData("a", OperationStatus.Ok, "b", "a was acknowledged and is gone")]
    [InlineData("b", OperationStatus.Fail, "b", "b is there though it failed")]
    [InlineData("a", OperationStatus.Unknown, "x", "x is there though it failed or was never added")]
    public void A_set_that_lost_or_invented_is_found_out(string element, object status, string present, string why)
    {
        Verdict verdict = SetChecker.Check(new Dictionary<string, OperationStatus> { [element] = (OperationStatus)status, ["b"] = (OperationStatus)(element == "b" ? status : OperationStatus.Unknown) }, new HashSet<string> { present });
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_hold_when_reads_are_their_beginnings() =>
        Assert.Equal(Conclusion.Holds, Append("0.1 1.1 0.2 ", "", "0.1 ", "0.1 1.1 ").Conclusion);

    [Theory]
    [InlineData("0.1 1.1 ", "0.1 1.1 ", "0.2 was acknowledged and is missing")]
    [InlineData("0.2 0.1 1.1 ", "", "out of its client's order")]
    [InlineData("0.1 0.2 0.2 1.1 ", "", "doubled")]
    [InlineData("0.1 0.2 7.7 ", "", "never appended")]
    [InlineData("0.1 0.2 0.3 ", "", "though it failed")]
    [InlineData("0.1 0.2 1.1 ", "0.1 1.1 ", "doesn't begin with")]
    public void Lists_that_lost_doubled_invented_or_turned_round_are_found_out(string final, string read, string why)
    {
        Verdict verdict = Append(final, read);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_was_read_and_is_gone_is_found_out() => Assert.Equal(
        Conclusion.Violated,
        AppendChecker.Check(new Dictionary<(string, string), OperationStatus>(), [("l", "0.1 ")], new Dictionary<string, string>()).Conclusion);

    [Fact]
    public void Pairs_hold_when_one_half_is_taken() =>
        Assert.Equal(Conclusion.Holds, SkewChecker.Check(["p/1/a", "p/2/b"], new HashSet<string> { "p/1/a", "p/2/b", "p/3/a" }).Conclusion);

    [Fact]
    public void Write_skew_and_a_lost_taking_are_found_out()
    {
        Assert.Contains("both of p/1", SkewChecker.Check(["p/1/a"], new HashSet<string> { "p/1/a", "p/1/b" }).Detail, StringComparison.Ordinal);
        Assert.Equal(Conclusion.Violated, SkewChecker.Check(["p/1/a"], new HashSet<string>()).Conclusion);
    }

    [Fact]
    public void Retried_writes_hold_when_executed_once_or_unknown()
    {
        Dictionary<string, OperationStatus> written = new() { ["a"] = OperationStatus.Ok, ["b"] = OperationStatus.Unknown, ["c"] = OperationStatus.Unknown };
        Assert.Equal(Conclusion.Holds, RetryChecker.Check(written, new Dictionary<string, long> { ["a"] = 1, ["b"] = 1 }, 3).Conclusion);
    }

    [Theory]
    [InlineData("a", 2, "a was written 2 times")]
    [InlineData("b", 2, "b was written 2 times")]
    [InlineData("z", 1, "nobody wrote it")]
    [InlineData("b", 1, "a was acknowledged and is gone")]
    public void Retried_writes_executed_twice_or_lost_are_found_out(string key, long version, string why)
    {
        Dictionary<string, OperationStatus> written = new() { ["a"] = OperationStatus.Ok, ["b"] = OperationStatus.Unknown };
        Verdict verdict = RetryChecker.Check(written, new Dictionary<string, long> { [key] = version }, 0);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Transfers_hold_when_the_journal_gives_the_balances()
    {
        TransferChecker checker = new(3, 100);
        checker.Audit(5, [100, 70, 130]);
        checker.Acknowledge("j/1");
        Assert.Equal(Conclusion.Holds, checker.Check([("j/1", 1, 1, 2, 30), ("j/2", 1, 0, 1, 5)], [95, 75, 130]).Conclusion);
    }

    [Fact]
    public void A_torn_audit_a_lost_update_a_lost_and_a_doubled_transfer_are_found_out()
    {
        TransferChecker torn = new(2, 100);
        torn.Audit(9, [70, 100]);
        Assert.Contains("revision 9", torn.Check([], [100, 100]).Detail, StringComparison.Ordinal);
        Assert.Equal(Conclusion.Violated, new TransferChecker(2, 100).Check([("j/1", 1, 0, 1, 30), ("j/2", 1, 0, 1, 5)], [70, 130]).Conclusion);
        TransferChecker lost = new(2, 100);
        lost.Acknowledge("j/1");
        Assert.Contains("left no entry", lost.Check([], [100, 100]).Detail, StringComparison.Ordinal);
        Assert.Contains("happened 2 times", new TransferChecker(2, 100).Check([("j/1", 2, 0, 1, 30)], [70, 130]).Detail, StringComparison.Ordinal);
        TransferChecker below = new(2, 100);
        below.Audit(3, [-1, 201]);
        Assert.Equal(Conclusion.Violated, below.Check([], [100, 100]).Conclusion);
    }

    [Fact]
    public void Digests_are_compared_at_every_index_that_all_have()
    {
        Dictionary<string, IReadOnlyDictionary<long, ulong>> points = new()
        {
            ["m0"] = new Dictionary<long, ulong> { [10] = 1, [20] = 2 },
            ["m1"] = new Dictionary<long, ulong> { [20] = 2, [30] = 3 },
        };
        Assert.Equal(Conclusion.Holds, StateComparison.Compare(points).Conclusion);
        points["m1"] = new Dictionary<long, ulong> { [20] = 4 };
        Assert.Equal(Conclusion.Violated, StateComparison.Compare(points).Conclusion);
        points["m1"] = new Dictionary<long, ulong> { [30] = 2 };
        Assert.Equal(Conclusion.Undecided, StateComparison.Compare(points).Conclusion);
    }

    [Theory]
    [InlineData("t crit: X[1] damaged\n", false, true)]
    [InlineData("t crit: X[1] damaged\n", true, false)]
    [InlineData("t info: fine\nt warn: X[2] slow\nt fail: X[3] refused\n", false, false)]
    [InlineData("Unhandled exception. System.Boom\n", true, true)]
    [InlineData("t fail: X[6002] A task failed with an exception that nobody observed | Boom\n", true, true)]
    public void Logs_are_searched_for_what_must_not_be(string log, bool expected, bool isAlarm)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("t info: first\n" + log));
        Assert.Equal(isAlarm, LogInspection.FindAlarm(stream, offset => expected && offset == 14) is not null);
    }

    [Theory]
    [InlineData(100, 100, 5, 0, "Holds")]
    [InlineData(701, 100, 5, 0, "Violated")]
    [InlineData(1000, 100, 5, 100, "Holds")]
    [InlineData(1001, 100, 5, 100, "Violated")]
    [InlineData(100, 5000, 5, 0, "Violated")]
    [InlineData(0, 0, 0, 0, "Undecided")]
    public void Resources_have_bounds(long mebibytes, int descriptors, int samples, long kept, string conclusion) =>
        Assert.Equal(conclusion, ResourceSampler.Judge(mebibytes << 20, "m0", descriptors, "m1", samples, kept << 20).Conclusion.ToString());

    private static Verdict Append(string final, params string[] reads) => AppendChecker.Check(
        new Dictionary<(string, string), OperationStatus>
        {
            [("l", "0.1")] = OperationStatus.Ok,
            [("l", "0.2")] = OperationStatus.Ok,
            [("l", "1.1")] = OperationStatus.Unknown,
            [("l", "0.3")] = OperationStatus.Fail,
        },
        [.. reads.Select(r => ("l", r))],
        new Dictionary<string, string> { ["l"] = final });
}
