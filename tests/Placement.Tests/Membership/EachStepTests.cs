using StateServer.Placement.Tests.Reconciliation;

namespace StateServer.Placement.Tests.Membership;

/// <summary>Every step of every operation may be the leader's last, whether it still takes effect or not.</summary>
public sealed class EachStepTests
{
    [Theory]
    [InlineData(Story.Healing, false)]
    [InlineData(Story.Healing, true)]
    [InlineData(Story.Interrupted, false)]
    [InlineData(Story.Interrupted, true)]
    public void Each_step_of_each_operation_may_be_the_leaders_last(string story, bool afterwards)
    {
        var steps = Tell(story, new Crash(0, afterwards));
        Assert.InRange(steps, 40, 400);
        for (var step = 1; step <= steps; step++)
        {
            Tell(story, new Crash(step, afterwards));
        }
    }

    /// <summary>What the two stories come by; a step that no leader makes proves nothing.</summary>
    [Fact]
    public void The_stories_come_by_every_kind_of_operation_and_every_way_it_can_end()
    {
        var told = string.Join('\n', new[] { Story.Healing, Story.Interrupted }.SelectMany(story =>
        {
            Simulation simulation = new(PlantedBug.None, 1);
            Story.Tell(story, simulation);
            return simulation.Cluster.Story;
        }));
        string[] expected =
        [
            "Kind = Grow", "Kind = Swap", "Kind = Shrink", "PromoteFirst = True", "PromoteFirst = False",
            "TurnOperationCommand", "SubstituteCommand", "FinishOperationCommand", "MarkMemberLostCommand", "RemoveMemberCommand",
        ];
        Assert.Equal([], expected.Where(word => !told.Contains(word, StringComparison.Ordinal)));
    }

    private static int Tell(string story, Crash crash)
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.Cluster.Crash = crash;
        Story.Tell(story, simulation);
        Assert.True(
            simulation.Cluster.Faults.Count == 0,
            $"step {crash.Steps}: {string.Join("; ", simulation.Cluster.Faults)}\n{string.Join('\n', simulation.Cluster.Story.TakeLast(60))}");
        return crash.Steps;
    }
}
