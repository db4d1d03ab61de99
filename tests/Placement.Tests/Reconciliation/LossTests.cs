using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>Machines that are lost, come back, or were never asked for.</summary>
public sealed class LossTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_units_of_a_machine_whose_instance_ended_run_elsewhere()
    {
        await using var world = await DeployedAsync(10);
        var victim = world.Units.First().Machine!.Value;
        world.Provider.End(world.Model.Machines[victim].Instance!.Value);
        await world.UntilAsync(() => world.AllRun(10) && !world.Model.Machines.ContainsKey(victim), Patience);
        Assert.Equal([4, 3, 3], world.Spread());
        Assert.Equal(11, world.Provider.Made.Count);
    }

    [Fact]
    public async Task A_silent_machine_is_lost_and_ended_and_its_unit_runs_elsewhere()
    {
        await using var world = await DeployedAsync(10);
        var victim = world.Units.First().Machine!.Value;
        var instance = world.Model.Machines[victim].Instance!.Value;
        world.Silent.Add(victim);
        await world.UntilAsync(() => world.AllRun(10) && world.Units.All(unit => unit.Machine != victim), Patience);
        await world.UntilAsync(() => !world.Model.Machines.ContainsKey(victim), Patience);
        Assert.Equal(InstanceState.Terminated, world.Provider.Made.Single(made => made.Id == instance).State);
    }

    [Fact]
    public async Task A_third_silent_at_once_pauses_moves_until_they_are_heard_again()
    {
        await using var world = await DeployedAsync(9);
        foreach (var machine in world.Model.Machines.Keys.Take(4))
        {
            world.Silent.Add(machine);
        }

        var before = world.Units.ToDictionary(unit => unit.Name, unit => unit.Assignment);
        await world.UntilAsync(() => world.Model.Notice.Length > 0, Patience);
        Assert.StartsWith("4 of 9 agents are silent at once", world.Model.Notice, StringComparison.Ordinal);
        Assert.EndsWith("('stateserver confirm-loss 0 1 2 3')", world.Model.Notice, StringComparison.Ordinal);
        await world.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(before, world.Units.ToDictionary(unit => unit.Name, unit => unit.Assignment));
        Assert.DoesNotContain(world.Model.Machines.Values, machine => machine.Status == MachineStatus.Lost);
        world.Silent.Clear();
        await world.UntilAsync(() => world.Book.Paused.Length == 0 && world.Model.Notice.Length == 0, Patience);
        Assert.Equal(before, world.Units.ToDictionary(unit => unit.Name, unit => unit.Assignment));
    }

    [Fact]
    public async Task A_lost_machine_that_comes_back_stops_what_was_moved_and_counts_again()
    {
        await using var world = await DeployedAsync(10);
        var victim = world.Units.First().Machine!.Value;

        // The provider can't be asked: the machine is lost, and not ended.
        world.Silent.Add(victim);
        world.Provider.Hangs = true;
        await world.UntilAsync(() => world.Model.Machines[victim].Status == MachineStatus.Lost, Patience);
        world.Silent.Clear();
        await world.UntilAsync(() => world.Model.Machines[victim].Status == MachineStatus.Running, Patience);
        world.Provider.Hangs = false;
        await world.UntilAsync(() => world.AllRun(10), Patience);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(10, world.Processes().Count());
    }

    [Fact]
    public async Task A_new_leader_waits_before_any_silence_counts()
    {
        await using var world = await DeployedAsync(10);
        var victim = world.Units.First().Machine!.Value;
        world.Silent.Add(victim);
        await world.PassAsync(TimeSpan.FromSeconds(4));
        await world.ElectAsync();
        await world.PassAsync(TimeSpan.FromSeconds(9));
        Assert.NotEqual(MachineStatus.Lost, world.Model.Machines[victim].Status);
        await world.UntilAsync(() => world.Units.All(unit => unit.Machine != victim) && world.AllRun(10), Patience);
    }

    [Fact]
    public async Task A_singletons_successor_starts_only_after_lease_grace_and_drift()
    {
        await using var world = await DeployedAsync(5, singleton: true);
        var unit = world.Units.First();
        var victim = unit.Machine!.Value;
        world.Provider.ListsNothing = true;
        world.Silent.Add(victim);
        await world.UntilAsync(() => world.Model.Units[unit.Name].Predecessor is not null, Patience);

        // A new leader knows nothing of what the old one granted, and waits the full time anew.
        await world.ElectAsync();
        var began = world.Time.GetUtcNow();
        await world.UntilAsync(() => world.Model.Units[unit.Name] is { Predecessor: null, Status: UnitStatus.Running }, Patience);
        Assert.True(world.Time.GetUtcNow() - began >= world.Options.SuccessorWait, $"after {world.Time.GetUtcNow() - began}");
    }

    [Fact]
    public async Task An_instance_without_a_record_is_ended_and_one_of_another_incarnation_only_told()
    {
        await using var world = await DeployedAsync(3);
        world.Provider.Plant(new InstanceTags(new EnvironmentId(7), 1, new MachineId(99), InstanceRole.Units), 1, "a");
        world.Provider.Plant(new InstanceTags(new EnvironmentId(7), 9, new MachineId(98), InstanceRole.Units), 1, "a");
        var stray = new InstanceId("stray-99-1");
        await world.PassAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(InstanceState.Running, world.Provider.Made.Single(made => made.Id == stray).State);
        await world.UntilAsync(() => world.Provider.Made.Single(made => made.Id == stray).State == InstanceState.Terminated, Patience);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(InstanceState.Running, world.Provider.Made.Single(made => made.Id.Name == "stray-98-9").State);
        Assert.Equal(3, world.Provider.Made.Count(made => SimulatedProvider.IsLiving(made) && made.Tags.Machine.Value < 90));
    }

    [Fact]
    public async Task An_incomplete_listing_makes_no_machine_gone()
    {
        await using var world = await DeployedAsync(3);
        world.Provider.ListsNothing = true;
        await world.PassAsync(TimeSpan.FromSeconds(60));
        Assert.All(world.Model.Machines.Values, machine => Assert.Equal(MachineStatus.Running, machine.Status));
    }

    [Fact]
    public async Task What_an_operator_confirms_is_moved_though_many_are_silent()
    {
        await using var world = await DeployedAsync(9);
        MachineId[] gone = [.. world.Model.Machines.Keys.Take(4)];
        world.Silent.UnionWith(gone);
        await world.UntilAsync(() => world.Model.Notice.Length > 0, Patience);
        world.Log.Apply(new ConfirmMachinesLostCommand([.. gone]));
        await world.UntilAsync(() => world.AllRun(9) && !gone.Any(world.Model.Machines.ContainsKey), Patience);
        await world.UntilAsync(() => world.Model.Notice.Length == 0, Patience);
    }

    /// <summary>Three state servers beside three agents: they have no agents, and two of three silent are more than a third.</summary>
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, false)]
    [InlineData(2, 2, false)]
    public async Task State_servers_are_no_agents_of_which_a_third_may_be_silent(int machines, int silent, bool isReplaced)
    {
        await using var world = await DeployedAsync(machines);
        for (var member = 1UL; member <= 3; member++)
        {
            world.Log.Apply(new AdoptMachineCommand(
                new NodeId(member), "noble", new Zone("abc"[(int)member - 1].ToString()), new InstanceId($"server-{member}"), "10.0.0.9"));
        }

        MachineId[] gone = [.. world.Model.Machines.Keys.Take(silent)];
        world.Silent.UnionWith(gone);
        await world.UntilAsync(() => world.Model.Notice.Length > 0 || !gone.Any(world.Model.Machines.ContainsKey), Patience);
        Assert.Equal(isReplaced, world.Model.Notice.Length == 0);
    }

    /// <summary>All agents are of the cluster before, and the old members' machines name nobody: nothing is ended until an operator says so.</summary>
    [Fact]
    public async Task After_a_restore_nothing_is_lost_or_ended_until_an_operator_confirms_it()
    {
        await using var world = await DeployedAsync(3);
        world.Log.Apply(new AdoptMachineCommand(new NodeId(1), "noble", new Zone("a"), new InstanceId("server-1"), "10.0.0.9"));
        var lost = world.Model.Machines.Keys.First();
        world.Log.Depose();
        world.Log.Apply(new MarkMachineLostCommand(lost, "silent"));
        world.Provider.Plant(new InstanceTags(new EnvironmentId(7), 1, new MachineId(99), InstanceRole.Units), 1, "a");
        world.Log.Restore();

        // The new cluster's first member has the name that the old one's had.
        world.Log.Apply(new AdoptMachineCommand(new NodeId(2), "noble", new Zone("a"), new InstanceId("server-1"), "10.0.0.9"));
        Assert.Single(world.Model.Machines.Values, machine => machine.StateServer is not null);
        world.Silent.UnionWith(world.Model.Machines.Keys);
        await world.ElectAsync();
        await world.UntilAsync(() => world.Model.Notice.Contains("sweep --confirm", StringComparison.Ordinal), Patience);
        await world.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(4, world.Provider.Made.Count(made => made.Tags.Incarnation == 1 && SimulatedProvider.IsLiving(made)));
        Assert.DoesNotContain(world.Model.Machines.Values, machine => machine.Id != lost && machine.Status == MachineStatus.Lost);

        world.Log.Apply(new ConfirmRestoreCommand());
        await world.UntilAsync(() => world.Provider.Made.All(made => made.Tags.Incarnation == 2 || !SimulatedProvider.IsLiving(made)), Patience);
        await world.UntilAsync(() => world.AllRun(3) && world.Model.Machines.Values.All(machine => machine.Status == MachineStatus.Running), Patience);
        await world.UntilAsync(() => world.Model.Notice.Length == 0, Patience);
    }

    /// <summary>A leader that is stopped and goes on, with nobody who could have taken over.</summary>
    [Fact]
    public async Task A_leader_that_slept_loses_no_machine_whose_agent_comes_back()
    {
        await using var world = await DeployedAsync(1);
        var before = world.Units.Single().Assignment;
        world.Time.Advance(TimeSpan.FromMinutes(2));
        var machine = world.Units.Single().Machine!.Value;
        world.Silent.Add(machine);
        await world.PassAsync(TimeSpan.FromSeconds(9));
        world.Silent.Clear();
        await world.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(before, world.Units.Single().Assignment);
    }

    private static async Task<World> DeployedAsync(int units, bool singleton = false)
    {
        var world = new World();
        await world.ElectAsync();
        world.Deploy("web", units, singleton);
        await world.UntilAsync(() => world.AllRun(units), Patience);
        await world.PassAsync(TimeSpan.FromSeconds(11));
        return world;
    }
}
