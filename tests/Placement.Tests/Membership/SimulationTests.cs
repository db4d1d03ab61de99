using StateServer.Domain.Commands.Membership;
using StateServer.Placement.Tests.Reconciliation;

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

    /// <summary>Growth, a swap of a dead voter, a move into another zone, shrinking: the leader dies at each step of each, before and after it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_step_of_each_operation_may_be_the_leaders_last(bool afterwards)
    {
        var steps = Tell(new Crash(0, afterwards));
        Assert.InRange(steps, 40, 400);
        for (var step = 1; step <= steps; step++)
        {
            Tell(new Crash(step, afterwards));
        }
    }

    private static int Tell(Crash crash)
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.Cluster.Crash = crash;
        FaultInjection injection = new(simulation.Cluster);
        simulation.SetTarget(3);
        simulation.Run(60);
        injection.Happen(new(0, FaultKind.Kill, 0));
        simulation.Run(80);
        simulation.SetTarget(5);
        simulation.Run(60);
        injection.Happen(new(0, FaultKind.FailZone, 1));
        simulation.Run(120);
        injection.Happen(new(0, FaultKind.MendZones, 0));
        simulation.Run(200);
        if (simulation.Cluster.Voters.FirstOrDefault(node => node != simulation.Cluster.Leader) is { IsNone: false } leaving)
        {
            simulation.Cluster.Apply(new ReplaceMemberCommand(leaving, "an operator wants it"));
        }

        simulation.Run(60);
        simulation.SetTarget(3);
        simulation.Run(60);
        simulation.Settle(1200);
        Assert.True(
            simulation.Cluster.Faults.Count == 0,
            $"step {crash.Steps}: {string.Join("; ", simulation.Cluster.Faults)}\n{string.Join('\n', simulation.Cluster.Story.TakeLast(60))}");
        return crash.Steps;
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
