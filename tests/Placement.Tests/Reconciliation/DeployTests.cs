using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>Deploys through deaths of leaders and failures of the provider: exactly the units asked for, and no machine launched twice.</summary>
public sealed class DeployTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Ten_units_stand_four_three_three()
    {
        await using var world = new World();
        await world.ElectAsync();
        world.Deploy("web", 10);
        await world.UntilAsync(() => world.AllRun(10), Patience);
        Assert.Equal([4, 3, 3], world.Spread());
        Assert.Equal(10, world.Provider.Made.Count);
    }

    /// <summary>A deploy of 20 is 41 commands of the loop: one that places, and for each machine the begin and the end of its launch.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_leader_that_dies_at_any_step_leaves_exactly_twenty(bool afterApply)
    {
        for (var step = 1; step <= 41; step++)
        {
            await using var world = new World();
            world.Log.DiesAt = step;
            world.Log.DiesAfterApply = afterApply;
            await world.ElectAsync();
            world.Deploy("web", 20);
            await world.UntilAsync(() => world.Log.LeadingTerm is null, Patience);
            await world.ElectAsync();
            await world.UntilAsync(() => world.AllRun(20), Patience);
            AssertTwenty(world, $"died at step {step}");
        }
    }

    [Fact]
    public async Task Answers_lost_after_the_launch_make_no_second_instance()
    {
        await using var world = new World();
        world.Provider.AnswersLost = 7;
        await world.ElectAsync();
        world.Deploy("web", 20);
        await world.UntilAsync(() => world.AllRun(20), Patience);
        AssertTwenty(world, "answers were lost");
    }

    [Fact]
    public async Task A_provider_that_hangs_holds_a_deploy_up_and_nothing_more()
    {
        await using var world = new World();
        await world.ElectAsync();
        world.Deploy("web", 3);
        await world.UntilAsync(() => world.AllRun(3), Patience);
        world.Provider.Hangs = true;
        world.Deploy("late", 3);
        await world.UntilAsync(() => world.Model.Machines.Count == 6, Patience);
        await world.PassAsync(TimeSpan.FromSeconds(90));
        Assert.DoesNotContain(world.Model.Machines.Values, machine => machine.Status == MachineStatus.Lost);
        world.Provider.Hangs = false;
        await world.UntilAsync(() => world.AllRun(6), Patience);
        Assert.Equal(6, world.Provider.Made.Count);
    }

    [Fact]
    public async Task A_full_zone_is_passed_over_and_remembered()
    {
        await using var world = new World();
        world.Provider.Capacity["b"] = 0;
        await world.ElectAsync();
        world.Deploy("web", 6);
        await world.UntilAsync(() => world.AllRun(6), Patience);
        Assert.Equal([3, 3], world.Spread());
        Assert.Contains(world.Model.Zones.Values, zone => zone.Zone.Name == "b" && zone.Why.Contains("no room", StringComparison.Ordinal));
        Assert.All(
            world.Model.Machines.Values.SelectMany(machine => machine.Attempts).Where(attempt => attempt.Zone.Name == "b"),
            attempt => Assert.Equal(LaunchOutcome.CapacityExhausted, attempt.Outcome));
    }

    [Fact]
    public async Task All_zones_full_is_retried_with_back_off_and_says_why()
    {
        await using var world = new World();
        foreach (var zone in new[] { "a", "b", "c" })
        {
            world.Provider.Capacity[zone] = 0;
        }

        await world.ElectAsync();
        world.Deploy("web", 1);
        await world.UntilAsync(() => world.Model.Machines.Values.Any(machine => machine.Attempts.Length >= 3), Patience);
        await world.UntilAsync(
            () => world.Book.About(new MachineId(0)) is { } decision && decision.Awaits.Contains("all zones failed", StringComparison.Ordinal), Patience);
        await world.UntilAsync(
            () => world.Model.Machines[new MachineId(0)].Message
                == "all zones failed (a: zone a has no room; b: zone b has no room; c: zone c has no room); tried again, ever more seldom",
            Patience);
        await world.UntilAsync(() => Attempts().Length >= 4, Patience);

        // By the times in the log: on a busy machine the loop is behind the clock that this test moves.
        Assert.InRange(Attempts()[3].BegunAtMilliseconds - Attempts()[2].EndedAtMilliseconds, BackOff.Milliseconds(1), long.MaxValue);
        world.Provider.Capacity["c"] = 5;
        await world.UntilAsync(() => world.AllRun(1), Patience);
        Assert.Equal("c", world.Model.Machines[new MachineId(0)].Zone!.Value.Name);

        ImmutableArray<LaunchAttempt> Attempts() => world.Model.Machines[new MachineId(0)].Attempts;
    }

    [Fact]
    public async Task Units_that_no_zone_takes_say_so_in_the_model_all_of_them()
    {
        await using var world = new World();
        world.Provider.Failed.UnionWith(["a", "b", "c"]);
        await world.ElectAsync();
        world.Deploy("web", 3);
        await world.UntilAsync(
            () => world.Units.All(unit => unit.Message == "no zone is left (a: failed; b: failed; c: failed)"), Patience);
        world.Provider.Failed.Clear();
        await world.UntilAsync(() => world.AllRun(3), Patience);
        Assert.All(world.Units, unit => Assert.Equal("", unit.Message));
    }

    [Fact]
    public async Task An_impossible_constraint_says_why_and_is_mended_by_set_constraints()
    {
        await using var world = new World();
        await world.ElectAsync();
        world.Deploy("web", 2, constraints: Constraints.None with { MemoryMiB = 2 * SimulatedProvider.MostMemoryMiB });
        await world.UntilAsync(
            () => world.Model.Machines.Count == 2 && world.Model.Machines.Values.All(machine => machine.Message == "no machine has 2097152 MiB"), Patience);

        // The units stay where they are; what their machines must offer changes.
        world.Log.Apply(new SetConstraintsCommand(new ServiceName("web"), Constraints.None with { MemoryMiB = 512 }));
        await world.UntilAsync(() => world.AllRun(2), TimeSpan.FromSeconds(20));
        Assert.Equal(2, world.Provider.Made.Count);
    }

    [Fact]
    public async Task More_units_than_a_machine_may_host_hold_up_nobody_else()
    {
        await using var world = new World();
        await world.ElectAsync();
        world.Log.Apply(new AddMachinesCommand(1, "noble", Constraints.None, PlacementDirective.None));
        await world.UntilAsync(() => world.Model.Machines.Values.All(machine => machine.Status == MachineStatus.Running), Patience);
        world.Deploy("full", ModelLimits.MostUnitsPerMachine + 1, directive: new PlacementDirective(null, new MachineId(0)));
        world.Deploy("web", 1);
        await world.UntilAsync(() => world.Units.Count(unit => unit.Status == UnitStatus.Running) == ModelLimits.MostUnitsPerMachine + 1, Patience);
        await world.UntilAsync(
            () => world.Units.Single(unit => unit.Machine is null).Message == "machine 0 hosts 256 units, the most there may be", Patience);
    }

    [Fact]
    public async Task A_retry_that_an_operator_asks_for_does_not_wait_for_the_back_off()
    {
        await using var world = new World();
        world.Provider.Capacity["a"] = world.Provider.Capacity["b"] = world.Provider.Capacity["c"] = 0;
        await world.ElectAsync();
        world.Deploy("web", 1);
        await world.UntilAsync(() => world.Model.Machines.Values.Any(machine => machine.Attempts.Length >= 12), Patience);
        await world.UntilAsync(() => world.Model.Machines.Values.All(machine => machine.Status == MachineStatus.Pending && machine.Zone is null), Patience);
        world.Provider.Capacity["c"] = 1;
        world.Log.Apply(new RetryProvisioningCommand(new MachineId(0)));
        await world.UntilAsync(() => world.AllRun(1), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_directed_machine_waits_for_its_own_zone()
    {
        await using var world = new World();
        world.Provider.Capacity["b"] = 0;
        await world.ElectAsync();
        world.Deploy("web", 1, directive: new PlacementDirective(new Zone("b"), null));
        await world.UntilAsync(() => world.Model.Machines.Values.Any(machine => machine.Attempts.Length >= 2), Patience);
        Assert.All(world.Model.Machines.Values.SelectMany(machine => machine.Attempts), attempt => Assert.Equal("b", attempt.Zone.Name));
        world.Provider.Capacity["b"] = 1;
        await world.UntilAsync(() => world.AllRun(1), Patience);
    }

    [Fact]
    public async Task A_removed_service_takes_its_units_away_and_removed_machines_end()
    {
        await using var world = new World();
        await world.ElectAsync();
        world.Deploy("web", 3);
        await world.UntilAsync(() => world.AllRun(3), Patience);
        world.Log.Apply(new RemoveServiceCommand(new ServiceName("web")));
        await world.UntilAsync(() => !world.Units.Any(), Patience);
        world.Log.Apply(new RemoveMachinesCommand([.. world.Model.Machines.Keys], false));
        await world.UntilAsync(() => world.Model.Machines.IsEmpty, Patience);
        Assert.All(world.Provider.Made, made => Assert.Equal(InstanceState.Terminated, made.State));
    }

    private static void AssertTwenty(World world, string when)
    {
        Assert.True(world.Spread() is [7, 7, 6], $"{when}: {string.Join('/', world.Spread())}");
        Assert.True(world.Provider.Made.Count == 20, $"{when}: {world.Provider.Made.Count} instances");
        Assert.True(world.Provider.Made.Select(made => made.Tags.Machine).Distinct().Count() == 20, $"{when}: a machine was launched twice");
        Assert.Equal(20, world.Processes().Count());
    }
}
