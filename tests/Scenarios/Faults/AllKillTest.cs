using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Faults;

/// <summary>kill -9 of all members at once under writes, ten times, and restarts in an order of chance.</summary>
public sealed class AllKillTest
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_all_members_are_killed_ten_times()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await KillScenarios.AllAsync(cluster, rounds: 10, Seed.Next());
    }
}
