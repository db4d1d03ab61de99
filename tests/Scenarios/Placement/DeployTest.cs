using System.Globalization;
using System.Text.Json;

namespace StateServer.Scenarios.Placement;

/// <summary>Deploys on real processes, and what becomes of them when machines and zones go.</summary>
public sealed class DeployTest
{
    [Fact]
    public async Task Ten_units_are_four_three_three_know_where_they_are_and_a_killed_machines_unit_runs_elsewhere()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("web", 10, null, "--env", "GREETING=hello there", "--env", "STATESERVER_UNIT=a lie");
        Assert.Equal("4/3/3", await placed.RunningAsync("web", 10));
        var before = placed.Alive("web");
        await KnowWhereTheyAreAsync(placed, before);

        await placed.LocalAsync("kill-machine", before[0].Machine);
        await placed.MovedAsync(before[0]);
        Assert.Equal("4/3/3", await placed.RunningAsync("web", 10));
        Assert.Equal(before.Skip(1), placed.Alive("web").Skip(1));
    }

    [Fact]
    public async Task A_failed_zones_units_move_to_the_other_two_whose_own_run_on()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("web", 6);
        Assert.Equal("2/2/2", await placed.RunningAsync("web", 6));
        var before = placed.Alive("web").ToLookup(start => placed.EnvironmentOf(start)["STATESERVER_ZONE"] == "local-b");

        await placed.LocalAsync("fail-zone", "local-b");
        foreach (var unit in before[true])
        {
            Assert.NotEqual("local-b", placed.EnvironmentOf(await placed.MovedAsync(unit))["STATESERVER_ZONE"]);
        }

        Assert.Equal("3/3", await placed.RunningAsync("web", 6));
        Assert.Equal(before[false], placed.Alive("web").Where(start => before[false].Contains(start)));
    }

    [Fact]
    public async Task Impossible_constraints_keep_units_pending_say_why_and_are_mended_by_set_constraints()
    {
        await using var placed = await PlacedCluster.StartedAsync();
        await placed.DeployAsync("big", 2, null, "--constraints", "mem=1000T");
        await placed.DeployAsync("nowhere", 1, null, "--constraints", "zones=local-z");
        const string Why = "no local machine has mem=";
        await placed.AwaitAsync("status says why big/0 and big/1 wait", async () =>
        {
            JsonElement status = await placed.Cluster.StatusAsync();
            return status.GetProperty("machines").EnumerateArray().Count(machine =>
                machine.GetProperty("state").GetString() == "pending"
                && (machine.GetProperty("message").GetString() ?? "").StartsWith(Why, StringComparison.Ordinal)) == 2;
        });
        Assert.Contains(Why, await placed.ExplainAsync("big/0"), StringComparison.Ordinal);
        Assert.Contains("zones=local-z", await placed.ExplainAsync("nowhere/0"), StringComparison.Ordinal);
        Assert.Empty(placed.Starts());

        (await placed.Cluster.VerbAsync("set-constraints", "--service", "big", "mem=1M")).Succeeded();
        (await placed.Cluster.VerbAsync("set-constraints", "--service", "nowhere", "zones=local-c")).Succeeded();
        Assert.Equal("1/1", await placed.RunningAsync("big", 2));
        Assert.Equal("1", await placed.RunningAsync("nowhere", 1));
        Assert.Equal("local-c", placed.EnvironmentOf(placed.Alive("nowhere").Single())["STATESERVER_ZONE"]);
    }

    /// <summary>Each unit's own view of itself is what status says of it.</summary>
    private static async Task KnowWhereTheyAreAsync(PlacedCluster placed, IReadOnlyList<UnitStart> units)
    {
        JsonElement status = await placed.Cluster.StatusAsync();
        var told = status.GetProperty("units").EnumerateArray().ToDictionary(unit => unit.GetProperty("name").GetString()!);
        Assert.Equal(10, units.Select(unit => placed.EnvironmentOf(unit)["STATESERVER_PORT"]).Distinct().Count());
        foreach (var unit in units)
        {
            var own = placed.EnvironmentOf(unit);
            Assert.Equal(
                (unit.Unit, "web", Text("zone"), Text("machine"), Text("address"), "hello there"),
                (own["STATESERVER_UNIT"], own["STATESERVER_SERVICE"], own["STATESERVER_ZONE"], own["STATESERVER_MACHINE"],
                    $"{own["STATESERVER_ADDRESS"]}:{own["STATESERVER_PORT"]}", own["GREETING"]));
            Assert.InRange(int.Parse(own["STATESERVER_PORT"], CultureInfo.InvariantCulture), 1, 65535);

            string?[] endpoints = own["STATESERVER_ENDPOINTS"].Split(',');
            Assert.All(endpoints, endpoint => Assert.Contains(endpoint, placed.Cluster.Endpoints));

            string? Text(string field) => told[unit.Unit].GetProperty(field).GetString();
        }

        await placed.Cluster.StatusAsync(placed.EnvironmentOf(units[0])["STATESERVER_ENDPOINTS"]);
    }
}
