using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Reconciliation.Membership;

namespace StateServer.Placement.Tests.Membership;

/// <summary>What the leader decides and no command of the log tells leaves an event all the same.</summary>
public sealed class DecisionNotesTests
{
    [Fact]
    public void A_leader_whose_disk_stalls_hands_over_and_says_so_once()
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Run(60);
        var stalled = simulation.Cluster.Leader;
        new FaultInjection(simulation.Cluster).Happen(new(0, FaultKind.Slow, 0));
        simulation.Run(20);
        Assert.NotEqual(stalled, simulation.Cluster.Leader);
        var told = Assert.Single(simulation.Cluster.State.Model.Events, happened => happened.Kind == ModelEventKind.MembersDecided);
        Assert.Equal($"it is to lead: the disk of leader {simulation.Cluster.State.Members[stalled!.Value].Name} stalls", told.Text);
        Assert.Equal([], simulation.Cluster.Faults);
    }

    [Fact]
    public async Task A_note_that_a_stalling_disk_delays_holds_nothing_up_and_is_not_withdrawn()
    {
        FakeTimeProvider time = new();
        TaskCompletionSource<Outcome> commit = new();
        CancellationToken given = default;
        FakeMembership members = new()
        {
            Proposes = (_, token) =>
            {
                given = token;
                return commit.Task;
            },
        };
        DecisionNotes notes = new(members, 1, time);
        using CancellationTokenSource stop = new();
        var told = notes.TellAsync(new HandOverStep(new NodeId(2), "the disk of leader first stalls"), stop.Token);
        Assert.False(told.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(1));
        await told.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(commit.Task.IsCompleted);
        Assert.False(given.IsCancellationRequested);
    }

    [Fact]
    public void A_guard_that_holds_healing_back_says_so_once_with_its_numbers()
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Run(60);
        for (var loss = 0; loss < 4; loss++)
        {
            new FaultInjection(simulation.Cluster).Happen(new(0, FaultKind.Kill, loss));
            simulation.Run(80);
        }

        var told = Assert.Single(
            simulation.Cluster.State.Model.Events,
            happened => happened.Kind == ModelEventKind.MembersDecided && happened.Text.Contains("guard rate", StringComparison.Ordinal));
        Assert.Equal("membership", told.Subject);
        Assert.Contains("3 replacements in the last hour, and 3 are the most", told.Text, StringComparison.Ordinal);
        Assert.Contains("rate", simulation.Book.Members.Guards);
        Assert.Equal([], simulation.Cluster.Faults);
    }

    [Fact]
    public void A_guard_that_holds_for_a_moment_leaves_no_event()
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Run(60);

        // The provider says at once that it is gone, and its last word is younger than a second.
        new FaultInjection(simulation.Cluster).Happen(new(0, FaultKind.EndInstance, 1));
        simulation.Run(1);
        Assert.Contains("contradiction", simulation.Book.Members.Guards);
        simulation.Settle(200);
        Assert.DoesNotContain(simulation.Cluster.State.Model.Events, happened => happened.Kind == ModelEventKind.MembersDecided);
        Assert.Equal([], simulation.Cluster.Faults);
    }

    [Fact]
    public void An_operators_pause_has_an_event_of_its_own_and_needs_no_note()
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Run(60);
        simulation.Cluster.Apply(new Domain.Commands.Membership.SetHealingPauseCommand(true, long.MaxValue, "new disks"));
        new FaultInjection(simulation.Cluster).Happen(new(0, FaultKind.Kill, 1));
        simulation.Run(40);
        Assert.StartsWith("healing is paused", simulation.Book.Members.Stopped, StringComparison.Ordinal);
        Assert.DoesNotContain(simulation.Cluster.State.Model.Events, happened => happened.Kind == ModelEventKind.MembersDecided);
    }
}
