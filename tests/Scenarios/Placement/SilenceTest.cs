using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Placement;

/// <summary>Agents that fall silent though their machines run: what they left behind may run on, and what must not, does not.</summary>
public sealed class SilenceTest
{
    /// <summary>Seconds of silence until a machine is lost: twice what is usual here, so that a slow machine's agents aren't. A lease, after which a singleton's end is awaited anyway, is longer.</summary>
    private const int Silence = 10;

    [Fact]
    public async Task A_machine_that_comes_back_stops_what_was_moved_before_it_starts_anything()
    {
        await using var placed = await PlacedCluster.StartedAsync(Silence);
        await placed.DeployAsync("web", 1, ["slow"]);
        await placed.RunningAsync("web", 1);
        await placed.AddMachinesAsync(3, all: 4);
        await placed.LoseProviderAsync();
        UnitStart old = placed.Alive("web").Single();
        int agent = placed.AgentOf(old.Machine);
        LiveProcess.Send(agent, Signal.Stop);
        await placed.MachineIsAsync(old.Machine, "lost");
        await placed.MovedAsync(old);

        // It waits for the machine, and its lock is the one that the old process holds for as long as it lives.
        await placed.DeployAsync("late", 1, ["plain", old.Unit.Replace('/', '-')], "--to", old.Machine);
        Assert.Contains($"machine {old.Machine} is lost", await placed.ExplainAsync("late/0"), StringComparison.Ordinal);
        Assert.Contains(old, placed.Alive("web"));

        LiveProcess.Send(agent, Signal.Continue);
        await placed.RunningAsync("late", 1);
        Assert.True(placed.Alive("late").Single().WasAlone);
        await placed.MachineIsAsync(old.Machine, "running");
        placed.RegainProvider();
        await placed.RunningAsync("web", 1);
        Assert.DoesNotContain(old, placed.Alive("web"));
    }

    /// <summary>The provider is gone too: nobody but the watchdogs beside the units can end them.</summary>
    [Fact]
    public async Task Singletons_never_run_twice_whether_their_agent_is_stopped_or_its_network_cut()
    {
        await using var placed = await PlacedCluster.StartedAsync(Silence, linked: true);
        await placed.DeployAsync("one", 3, ["escaping"], "--singleton");
        await placed.RunningAsync("one", 3);
        await placed.AddMachinesAsync(3, all: 6);
        await placed.LoseProviderAsync();
        var first = placed.Alive("one");

        // Two of six agents; more than a third silent at once would be taken for this leader's own trouble.
        int stopped = placed.AgentOf(first[0].Machine);
        LiveProcess.Send(stopped, Signal.Stop);
        placed.Links!.Cut(placed.AgentOf(first[1].Machine));
        await placed.MachineIsAsync(first[0].Machine, "lost");
        await placed.MachineIsAsync(first[1].Machine, "lost");
        await placed.MovedAsync(first[0]);
        await placed.MovedAsync(first[1]);
        AllWereAlone(placed);

        // Back again, they must not start what is elsewhere now.
        LiveProcess.Send(stopped, Signal.Continue);
        placed.Links.Heal();
        await placed.MachineIsAsync(first[0].Machine, "running");
        await placed.MachineIsAsync(first[1].Machine, "running");
        placed.RegainProvider();
        await placed.RunningAsync("one", 3);
        AllWereAlone(placed);
    }

    private static void AllWereAlone(PlacedCluster placed) =>
        Assert.All(placed.Starts(), start => Assert.True(start.WasAlone, $"{start} was not alone"));
}
