using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Faults;

/// <summary>A leader that slept does not know that it was replaced, and must find out before it answers.</summary>
public sealed class SuspendedLeaderTest
{
    [Fact]
    public async Task A_leader_that_slept_for_five_seconds_answers_nothing_from_the_past()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await KillScenarios.SuspendedLeaderAsync(cluster);
    }
}
