namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// Members that heal, over schedules made from seeds: planner, loop and the log's own rules, with a provider, peers and a clock that
/// are simulated. A seed that fails is replayed, and told with the fewest faults that still bring it out.
/// </summary>
public sealed class SimulationTests
{
    /// <summary>In each test run; STATESERVER_SCHEDULES asks for more.</summary>
    private static readonly int Schedules =
        int.TryParse(Environment.GetEnvironmentVariable("STATESERVER_SCHEDULES"), out var asked) ? asked : 300;

    [Fact]
    public void Whatever_happens_no_rule_is_broken_and_the_target_is_reached_afterwards()
    {
        for (var seed = 1; seed <= Schedules; seed++)
        {
            Check(Schedule.Of(seed), PlantedBug.None);
        }
    }

    /// <summary>The same seed gives the same story: a failure can be replayed.</summary>
    [Fact]
    public void A_schedule_is_the_same_each_time()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            Assert.Equal(Schedule.Of(seed).Run(PlantedBug.None).Story, Schedule.Of(seed).Run(PlantedBug.None).Story);
        }
    }

    [Theory]
    [InlineData(nameof(PlantedBug.ReuseNodeId))]
    [InlineData(nameof(PlantedBug.PromoteTooEarly))]
    [InlineData(nameof(PlantedBug.SameZone))]
    [InlineData(nameof(PlantedBug.ForgetTombstone))]
    [InlineData(nameof(PlantedBug.LaunchTwice))]
    [InlineData(nameof(PlantedBug.ForgetIntent))]
    [InlineData(nameof(PlantedBug.BelieveOwnEars))]
    [InlineData(nameof(PlantedBug.BelieveListings))]
    [InlineData(nameof(PlantedBug.ShrinkByTheLiving))]
    [InlineData(nameof(PlantedBug.ForgetGuard))]
    [InlineData(nameof(PlantedBug.ReplaceTwice))]
    [InlineData(nameof(PlantedBug.NeverTurnBack))]
    public void A_planted_bug_is_found_and_its_schedule_shrinks(string name)
    {
        var bug = Enum.Parse<PlantedBug>(name);
        for (var seed = 1; seed <= 3000; seed++)
        {
            var schedule = Schedule.Of(seed);
            if (schedule.Run(bug).Failure.Length > 0)
            {
                var least = schedule.Shrink(bug);
                Assert.NotEqual("", least.Run(bug).Failure);
                Assert.Equal("", least.Run(PlantedBug.None).Failure);
                return;
            }
        }

        Assert.Fail($"{bug} was not found");
    }

    private static void Check(Schedule schedule, PlantedBug bug)
    {
        if (schedule.Run(bug).Failure.Length == 0)
        {
            return;
        }

        var least = schedule.Shrink(bug);
        var (failure, story) = least.Run(bug);
        Assert.Fail($"{least}\n{failure}\n{string.Join('\n', story.TakeLast(120))}");
    }
}
