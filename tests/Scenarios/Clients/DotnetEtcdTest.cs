using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Clients;

/// <summary>What a user of NuGet's dotnet-etcd, restored with these tests, gets from each of our members, over a kill of the one it talks to.</summary>
public sealed class DotnetEtcdTest(StartedCluster started) : IClassFixture<StartedCluster>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Dotnet_etcd_watches_leases_locks_and_elects(int slot)
    {
        using var scenario = new DotnetEtcdScenario(started.Cluster, slot);
        await scenario.RunAsync();
    }
}
