using StateServer.Bench.Cli;
using StateServer.Bench.Healing;
using StateServer.Bench.Report;

namespace StateServer.Bench.Tests;

public sealed class HealingCommandTests
{
    [Theory]
    [InlineData("--members 3,5 --keys 0,1000 --rounds 2 --settle 60 --events transfer,leader-killed")]
    [InlineData("")]
    public void What_is_right_is_taken(string arguments) => Assert.Empty(HealingCommand.Create().Parse(arguments).Errors);

    [Theory]
    [InlineData("--members 4", "--members 4: should be 3, 5 or 7.")]
    [InlineData("--members three", "--members three: should be 3, 5 or 7.")]
    [InlineData("--keys -1", "--keys -1: should be between 0 and 10000000.")]
    [InlineData("--keys 0,10000001", "--keys 10000001: should be between 0 and 10000000.")]
    [InlineData("--rounds 0", "--rounds 0: should be between 1 and 100.")]
    [InlineData("--settle 601", "--settle 601: should be between 0 and 600.")]
    [InlineData("--events fire", "--events fire: no such event; leader-killed, follower-killed, leader-replaced, transfer are known.")]
    public void What_is_wrong_is_refused_with_what_would_be_right(string arguments, string error) =>
        Assert.Contains(error, HealingCommand.Create().Parse(arguments).Errors.Select(e => e.Message));

    [Fact]
    public void Rows_are_told_without_quotients_and_a_failed_one_with_what_it_has()
    {
        HealingRows rows = new(["leader-killed", "follower-killed", "transfer"]);
        rows.Add("transfer", [new Figure("longest gap", "ms", 20)]);
        rows.Add("leader-killed", [new Figure("next write", "ms", 700)]);
        rows.Fail("transfer", "it broke");
        rows.Fail("transfer", "it broke again");
        Assert.True(rows.IsGoing("leader-killed"));
        Assert.False(rows.IsGoing("transfer"));
        Assert.Equal(
            """
            healing-3m-0: three
                             next write ms    longest gap ms
              leader-killed  700 (700-700)                 -
                   transfer              -  20.0 (20.0-20.0)
              transfer FAILED: it broke

            """,
            TextReport.Of(rows.ToReport("healing-3m-0", "three")));
    }
}
