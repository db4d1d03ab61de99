using System.Text.Json;

namespace StateServer.Scenarios.Placement;

/// <summary>Deploys on real processes, through what an environment must bear.</summary>
public sealed class DeployTest
{
    [Fact]
    public async Task Ten_units_are_four_three_three_and_a_killed_machines_unit_runs_elsewhere()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("web", 10);
        Assert.Equal("4/3/3", await placed.RunningAsync("web", 10));

        string machine = await MachineOfAsync(placed, "web/0");
        await placed.LocalAsync("kill-machine", machine);
        Assert.Equal("4/3/3", await placed.RunningAsync("web", 10));
        Assert.NotEqual(machine, await MachineOfAsync(placed, "web/0"));
    }

    [Fact]
    public async Task The_leader_killed_in_a_deploy_of_twenty_leaves_exactly_twenty()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        int leader = await placed.Cluster.LeaderAsync();
        await placed.DeployAsync("web", 20);
        await placed.Cluster.KillAsync(leader);
        await placed.Cluster.LaunchAsync(leader);
        Assert.Equal("7/7/6", await placed.RunningAsync("web", 20));
    }

    [Fact]
    public async Task A_failed_zones_units_move_to_the_other_two()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("web", 6);
        Assert.Equal("2/2/2", await placed.RunningAsync("web", 6));
        await placed.LocalAsync("fail-zone", "local-b");
        Assert.Equal("3/3", await placed.RunningAsync("web", 6));
    }

    [Fact]
    public async Task Down_stops_machines_and_up_brings_them_back()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("web", 3);
        await placed.RunningAsync("web", 3);
        string before = await MachineOfAsync(placed, "web/0");
        (await placed.Cluster.VerbAsync("down")).Succeeded();
        Assert.Equal(0, placed.Processes());
        (await placed.Cluster.UpAsync()).Succeeded();
        await placed.RunningAsync("web", 3);
        Assert.Equal(before, await MachineOfAsync(placed, "web/0"));
        (await placed.Cluster.VerbAsync("destroy-environment", "-y")).Succeeded();
        Assert.Equal(0, placed.Processes());
        Assert.False(Directory.Exists(placed.Cluster.Root));
    }

    private static async Task<string> MachineOfAsync(PlacedCluster placed, string unit)
    {
        JsonElement status = await placed.Cluster.StatusAsync();
        return status.GetProperty("units").EnumerateArray()
            .Single(u => u.GetProperty("name").GetString() == unit)
            .GetProperty("machine").GetString()!;
    }
}
