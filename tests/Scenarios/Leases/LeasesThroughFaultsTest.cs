using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Leases;

/// <summary>Leases of our own cluster while its leader fails.</summary>
public sealed class LeasesThroughFaultsTest
{
    [Fact]
    public async Task No_lease_ends_early_when_the_leader_is_killed_and_all_end_in_the_end()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await LeaseScenarios.RunThroughLeaderKillAsync(cluster);
    }

    [Fact]
    public async Task A_leader_that_slept_longer_than_the_leases_live_ends_none_of_them_when_it_wakes()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await LeaseScenarios.RunThroughSuspendedLeaderAsync(cluster, seconds: 9);
    }
}
