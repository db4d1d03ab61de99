using System.Text.Json;

namespace StateServer.Scenarios.Placement;

/// <summary>What the death of a leader, of an agent and of the whole cluster leave alone.</summary>
public sealed class LeadershipTest
{
    [Fact]
    public async Task The_leader_killed_in_a_deploy_of_twenty_leaves_exactly_twenty()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        int leader = await placed.Cluster.LeaderAsync();
        await placed.DeployAsync("web", 20);
        await placed.AwaitAsync("some of the units run", () => Task.FromResult(placed.Starts().Count >= 3));
        await placed.Cluster.KillAsync(leader);
        await placed.Cluster.LaunchAsync(leader);
        Assert.Equal("7/7/6", await placed.RunningAsync("web", 20));

        // No unit was started twice, none is told of twice, and no machine was launched in vain.
        Assert.Equal(20, placed.Starts().Count);
        Assert.Equal(20, placed.Starts().Select(start => start.Unit).Distinct().Count());
        JsonElement status = await placed.Cluster.StatusAsync();
        Assert.Equal(20, status.GetProperty("units").GetArrayLength());
        Assert.Equal(20, Directory.GetDirectories(Path.Combine(placed.Cluster.Root, "machines")).Length);
    }

    [Fact]
    public async Task An_agents_restart_and_a_failover_leave_healthy_units_alone()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("web", 3);
        await placed.RunningAsync("web", 3);
        var before = placed.Alive("web");
        string machine = before[0].Machine;

        // That the new agent, and the new leader, are followed is seen by what they start.
        await placed.RestartAgentAsync(machine);
        await placed.DeployAsync("late", 1, null, "--to", machine);
        await placed.RunningAsync("late", 1);

        int leader = await placed.Cluster.LeaderAsync();
        await placed.Cluster.KillAsync(leader);
        await placed.DeployAsync("later", 1, null, "--to", machine);
        await placed.RunningAsync("later", 1);
        await placed.Cluster.LaunchAsync(leader);

        await placed.RunningAsync("web", 3);
        Assert.Equal(before, placed.Alive("web"));
        Assert.Equal(5, placed.Starts().Count);
        JsonElement status = await placed.Cluster.StatusAsync();
        Assert.All(status.GetProperty("units").EnumerateArray(), unit => Assert.Equal(0, unit.GetProperty("restarts").GetInt32()));
    }

    [Fact]
    public async Task Down_stops_machines_and_up_brings_them_back()
    {
        await using var placed = await PlacedCluster.StartedAsync(replaceAfter: 5);
        await placed.DeployAsync("web", 3);
        await placed.RunningAsync("web", 3);
        string before = placed.Alive("web")[0].Machine;
        (await placed.Cluster.VerbAsync("down")).Succeeded();
        Assert.Equal(0, placed.Processes());
        (await placed.Cluster.UpAsync()).Succeeded();
        await placed.RunningAsync("web", 3);
        Assert.Equal(before, placed.Alive("web")[0].Machine);
        (await placed.Cluster.VerbAsync("destroy-environment", "-y")).Succeeded();
        Assert.Equal(0, placed.Processes());
        Assert.False(Directory.Exists(placed.Cluster.Root));
    }
}
