using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Faults;

/// <summary>kill -9 of the leader under writes, ten times: nothing acknowledged is lost, doubled or out of order.</summary>
public sealed class LeaderKillTest
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_leader_is_killed_ten_times()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await KillScenarios.LeaderAsync(cluster, rounds: 10, Seed.Next());
    }
}
