using StateServer.Chaos.Checkers;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Tests;

public sealed class RunReportTests
{
    private static readonly RunReport Good = new()
    {
        Plan = new RunPlan { Seed = 42, Minutes = 1, Members = 3, Workloads = ["set"], Faults = ["kill-all"], Rate = 10 },
        Faults = [new InjectedFault(1.5, "kill-all", true, "m0 m1 m2", 2.25), new InjectedFault(9, "kill-all", false, "m0", 4)],
        Verdicts = [new Verdict("set", Conclusion.Holds, "fine")],
        Acknowledged = 10,
        Failed = 2,
        Unknown = 1,
    };

    [Fact]
    public void It_passes_when_every_checker_holds()
    {
        Assert.True(Good.Passed);
        Assert.Equal("PASSED", Good.Lines().Last());
        Assert.Contains(Good.Lines(), l => l.Contains("1 of 2 took effect, longest outage 4.0 s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Violated")]
    [InlineData("Undecided")]
    public void Anything_else_fails(string conclusion)
    {
        RunReport report = Good with { Verdicts = [.. Good.Verdicts, new Verdict("hash", Enum.Parse<Conclusion>(conclusion), "why")] };
        Assert.False(report.Passed);
        Assert.Equal("FAILED", report.Lines().Last());
    }

    [Fact]
    public void A_run_that_proves_nothing_is_invalid_and_not_passed()
    {
        RunReport report = Good with { Invalid = "no fault took effect" };
        Assert.False(report.Passed);
        Assert.Equal("INVALID: no fault took effect", report.Lines().Last());
    }

    [Fact]
    public void It_is_written_as_json_and_text_and_read_again()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        Good.Write(folder);
        RunReport read = RunReport.Read(folder);
        Assert.Equal(Good.Lines(), File.ReadAllLines(Path.Combine(folder, "report.txt")));
        Assert.Equal(Good.Lines(), read.Lines());
        Assert.Equal(Good.Faults, read.Faults);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_campaign_adds_runs_up()
    {
        RunReport bad = Good with { Verdicts = [new Verdict("set", Conclusion.Violated, "lost"), new Verdict("hash", Conclusion.Undecided, "x")], Invalid = "also invalid" };
        RunReport invalid = Good with { Invalid = "no traffic" };
        CampaignSummary summary = CampaignSummary.Of(9, [("a", Good), ("b", bad), ("c", invalid)]);
        Assert.Equal((1, 1, 1), (summary.Passed, summary.Failed, summary.Invalid));
        Assert.Equal(30, summary.Acknowledged);
        Assert.Equal(new FaultKindSummary("kill-all", 6, 3, 4), Assert.Single(summary.Faults));
        Assert.Equal(["b (seed 42, 3 members): set violated: lost", "c (seed 42, 3 members): invalid: no traffic"], summary.Complaints);
    }

    [Theory]
    [InlineData(0.1, "", "3 faults so far, 120 ops/s, no outage, 900 ok")]
    [InlineData(2.5, "kill-all", "3 faults so far, 120 ops/s, no write for 2.5 s, 900 ok; kill-all")]
    public void Progress_tells_of_faults_speed_and_the_outage_now(double outage, string current, string line) =>
        Assert.Equal(line, ProgressDisplay.Status(3, 120, TimeSpan.FromSeconds(outage), 900, current));
}
