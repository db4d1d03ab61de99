using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Faults;

/// <summary>kill -9 of a follower under writes, ten times.</summary>
public sealed class FollowerKillTest
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_a_follower_is_killed_ten_times()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await KillScenarios.FollowerAsync(cluster, rounds: 10, Seed.Next());
    }
}
