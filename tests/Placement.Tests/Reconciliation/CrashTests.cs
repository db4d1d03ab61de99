using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>
/// The leader dies at each step of a whole story, its commands and its calls of the provider alike, before and after they take effect.
/// Whoever leads next leads to the same end, and no singleton ever runs twice.
/// </summary>
public sealed class CrashTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_step_of_launches_moves_and_ends_may_be_the_leaders_last(bool afterwards)
    {
        var steps = await StoryAsync(new Crash(0, afterwards));
        Assert.InRange(steps, 15, 60);
        for (var step = 1; step <= steps; step++)
        {
            await StoryAsync(new Crash(step, afterwards));
        }
    }

    /// <summary>A launch of an old leader happens when the next one has settled the attempt: by its token it is the same instance.</summary>
    [Fact]
    public async Task A_call_that_takes_effect_under_the_next_leader_makes_no_second_instance()
    {
        await using var world = new World();
        var late = world.Provider.Late = new TaskCompletionSource();
        await world.ElectAsync();
        world.Deploy("web", 1);
        await world.UntilAsync(() => world.Provider.Late is null, Patience);
        await world.ElectAsync();
        await world.UntilAsync(() => world.AllRun(1), Patience);
        late.SetResult();
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Single(world.Provider.Made);
    }

    /// <summary>The next leader's zone was full, and it went on to another: what the old call makes then is nobody's, and ends.</summary>
    [Fact]
    public async Task A_call_that_takes_effect_after_its_attempt_was_given_up_leaves_nothing_behind()
    {
        await using var world = new World();
        var late = world.Provider.Late = new TaskCompletionSource();
        await world.ElectAsync();
        world.Deploy("web", 1);
        await world.UntilAsync(() => world.Provider.Late is null, Patience);
        world.Provider.Capacity["a"] = 0;
        await world.ElectAsync();
        await world.UntilAsync(() => world.AllRun(1), Patience);
        world.Provider.Capacity["a"] = 1;
        late.SetResult();
        await world.UntilAsync(() => world.Provider.Made.Count == 2, Patience);
        await world.UntilAsync(() => world.Provider.Made.Count(SimulatedProvider.IsLiving) == 1, Patience);
        Assert.True(world.AllRun(1));
        Assert.Equal("b", world.Provider.Made.Single(SimulatedProvider.IsLiving).Zone.Name);
    }

    /// <summary>Deploys, loses a singleton's machine, and takes a service and its machines away.</summary>
    /// <returns>The steps it took.</returns>
    private static async Task<int> StoryAsync(Crash crash)
    {
        await using var world = new World { ElectsAnew = true };
        (world.Log.Crash, world.Provider.Crash) = (crash, crash);
        await world.ElectAsync();
        world.Deploy("web", 2);
        world.Deploy("one", 1, singleton: true);
        await world.UntilAsync(() => world.AllRun(3), Patience);

        var one = new UnitName(new ServiceName("one"), 0);
        var victim = world.Model.Units[one].Machine!.Value;
        world.Silent.Add(victim);
        await world.UntilAsync(() => world.AllRun(3) && !world.Model.Machines.ContainsKey(victim), Patience);

        world.Log.Apply(new RemoveServiceCommand(new ServiceName("web")));
        await world.UntilAsync(() => world.Units.Count() == 1, Patience);
        var left = world.Model.Units[one].Machine!.Value;
        world.Log.Apply(new RemoveMachinesCommand([.. world.Model.Machines.Keys.Where(machine => machine != left)], false));
        await world.UntilAsync(() => world.Model.Machines.Count == 1 && world.AllRun(1), Patience);

        // Strays are known by two listings ten seconds apart.
        await world.UntilAsync(() => world.Provider.Made.Count(SimulatedProvider.IsLiving) == 1, Patience);
        Assert.Empty(world.Faults);
        Assert.Equal([left], world.Provider.Made.Where(SimulatedProvider.IsLiving).Select(made => made.Tags.Machine));
        Assert.Equal(4, world.Provider.Made.Count);
        Assert.Equal([one], world.Processes());
        return crash.Steps;
    }
}
