using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Clients;

/// <summary>What a user of npm's etcd3 gets from each of our members, over a kill of the one it talks to.</summary>
public sealed class NodeTest(StartedCluster started) : IClassFixture<StartedCluster>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Node_watches_leases_locks_and_elects(int slot)
    {
        await NodeClient.RequiredAsync();
        await NodeClient.RunAsync(started.Cluster, slot);
    }
}
