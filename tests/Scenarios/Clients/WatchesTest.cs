using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Clients;

/// <summary>Watches through each of our members, as etcd's self check has them on etcd.</summary>
public sealed class WatchesTest(StartedCluster started) : IClassFixture<StartedCluster>
{
    private readonly StateServerCluster _cluster = started.Cluster;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Etcdctl_watches_through_each_member(int slot)
    {
        Etcdctl.Required();
        await WatchScenarios.RunPrintedAsync(_cluster, slot);
        await WatchScenarios.RunInteractiveAsync(_cluster, slot);
        await WatchScenarios.RunCompactedAsync(_cluster, slot);
    }

    [Fact]
    public async Task Etcdctl_goes_on_while_each_member_is_killed()
    {
        Etcdctl.Required();
        await WatchScenarios.RunEtcdctlOverKillsAsync(_cluster);
    }

    [Fact]
    public async Task Our_client_goes_on_while_each_member_is_killed() => await WatchScenarios.RunClientOverKillsAsync(_cluster);
}
