using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Preview;

namespace StateServer.Placement.Tests.Membership;

/// <summary>What <c>ensure-availability --dry-run</c> foretells.</summary>
public sealed class AvailabilityPreviewTests
{
    [Fact]
    public void Growth_is_foretold_with_zones_and_machine_numbers_and_changes_nothing()
    {
        var simulation = Settled(1);
        var before = simulation.Cluster.State;
        var forecast = Preview(simulation, 3);

        Assert.True(forecast.IsReached);
        Assert.Equal("", forecast.Refusal);
        Assert.Equal([new NodeId(1)], forecast.Changes.Maintained);
        Assert.Equal(["b", "c"], ZonesOf(forecast.End, forecast.Changes.Added));
        Assert.Empty(forecast.Changes.Removed.Concat(forecast.Changes.Promoted).Concat(forecast.Changes.Demoted));
        Assert.Equal(
            [
                "add a member in zone b: 3 members are wanted (a: 1 member, b: 0 members, c: 0 members)",
                "add a member in zone c: 3 members are wanted (a: 1 member, b: 1 member, c: 0 members)",
                "begin to grow, promote machine-1, machine-2: from 1 to 3 of 3 voters",
                "give machine-1 a vote, operation 1",
                "give machine-2 a vote, operation 1",
                "operation 1 is over",
            ],
            forecast.Steps);
        Assert.Same(before, simulation.Cluster.State);
    }

    [Theory]
    [InlineData(1, 3, false)]
    [InlineData(1, 7, false)]
    [InlineData(3, 5, false)]
    [InlineData(7, 3, false)]
    [InlineData(5, 1, false)]
    [InlineData(3, 3, true)]
    [InlineData(5, 5, true)]
    [InlineData(3, 7, true)]
    [InlineData(5, 3, true)]
    public void What_is_foretold_is_what_happens(int from, int to, bool isOneLost)
    {
        var simulation = Settled(from);
        if (isOneLost)
        {
            var dead = simulation.Cluster.Voters.First(node => node != simulation.Cluster.Leader);
            simulation.Cluster.Members[dead].IsUp = false;
            while (simulation.Cluster.Membership.MarkOf(dead) != MemberMark.Lost)
            {
                simulation.Run(1);
                Assert.Empty(simulation.Cluster.Faults);
            }
        }

        var before = simulation.Cluster.State;
        var foretold = Preview(simulation, to);
        simulation.SetTarget(to);
        simulation.Settle(400);
        Assert.Empty(simulation.Cluster.Faults);

        var happened = MemberChanges.Between(before, simulation.Cluster.State);
        Assert.True(foretold.IsReached);
        Assert.Equal(happened.Removed, foretold.Changes.Removed);
        Assert.Equal(happened.Maintained, foretold.Changes.Maintained);
        Assert.Equal(ZonesOf(simulation.Cluster.State, happened.Added), ZonesOf(foretold.End, foretold.Changes.Added));
        Assert.Equal(simulation.Cluster.State.Model.NextMachine, foretold.End.Model.NextMachine);
    }

    [Fact]
    public void Where_nothing_is_to_be_done_all_are_maintained()
    {
        var simulation = Settled(3);
        var forecast = Preview(simulation, 3);

        Assert.True(forecast.IsReached);
        Assert.Empty(forecast.Steps);
        Assert.Equal(simulation.Cluster.Voters.AsEnumerable(), forecast.Changes.Maintained);
        Assert.Empty(forecast.Changes.Added);
    }

    [Fact]
    public void A_newcomer_that_starts_already_is_promoted_and_nobody_is_added_for_it()
    {
        var simulation = Settled(1);
        simulation.SetTarget(3);
        while (simulation.Cluster.Membership.Standings.Values.Count(standing => standing.Mark == MemberMark.Requested) < 2)
        {
            simulation.Run(1);
            Assert.Empty(simulation.Cluster.Faults);
        }

        var expected = simulation.Cluster.Membership.Standings.Values
            .Where(standing => standing.Mark == MemberMark.Requested).Select(standing => standing.Id);
        var forecast = Preview(simulation, 3);

        Assert.True(forecast.IsReached);
        Assert.Equal(expected, forecast.Changes.Promoted);
        Assert.Empty(forecast.Changes.Added);
    }

    [Fact]
    public void What_holds_healing_back_holds_the_forecast_back_and_is_told()
    {
        var simulation = Settled(3);
        var dead = simulation.Cluster.Voters.First(node => node != simulation.Cluster.Leader);
        simulation.Cluster.Apply(new SetHealingPauseCommand(true, long.MaxValue, "maintenance"));
        simulation.Cluster.Members[dead].IsUp = false;
        simulation.Run(20);
        var forecast = Preview(simulation, 3);

        Assert.Empty(forecast.Steps);
        Assert.Contains("maintenance", forecast.Report.Stopped, StringComparison.Ordinal);
        Assert.Contains(forecast.Report.Decisions, decision => decision.Member == dead && decision.Awaits.Contains("maintenance", StringComparison.Ordinal));
        Assert.Empty(forecast.Changes.Removed);
    }

    [Fact]
    public void A_look_ahead_that_is_too_long_is_cut_off_and_says_so()
    {
        var simulation = Settled(1);
        simulation.SetTarget(3);
        var forecast = AvailabilityPreview.Of(simulation.Sight!, simulation.Cluster.State, mostSteps: 5);

        Assert.Equal(5, forecast.Steps.Length);
        Assert.False(forecast.IsReached);
        Assert.Contains("no more than 5 steps", forecast.Refusal, StringComparison.Ordinal);
    }

    private static Simulation Settled(int target)
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(target);
        simulation.Settle(400);

        // Every zone has been seen usable for long enough to move members into it.
        simulation.Run(70);
        Assert.Empty(simulation.Cluster.Faults);
        return simulation;
    }

    /// <summary>As the service does it: the wanted target is tried on the state, and the leader's last sight looks ahead from there.</summary>
    private static AvailabilityForecast Preview(Simulation simulation, int target)
    {
        var state = simulation.Cluster.State;
        var tried = StateMachine.Apply(
            state,
            state.AppliedIndex + 1,
            1,
            new CommandBatch(state.FeatureLevel, state.TimestampMilliseconds, [new BatchItem(new SetTargetCommand(target, MemberWish.None, Force: true), null, default)]));
        return AvailabilityPreview.Of(simulation.Sight!, tried.State);
    }

    private static IEnumerable<string> ZonesOf(ReplicatedState state, ImmutableArray<NodeId> nodes) =>
        nodes.Select(node => state.Members[node].Zone.Name).Order(StringComparer.Ordinal);
}
