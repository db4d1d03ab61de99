using StateServer.Scenarios.Clients;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Leases;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios;

/// <summary>The scenarios on Debian's etcd: what they ask of us is what etcd's users get.</summary>
public sealed class EtcdSelfCheck
{
    [Fact]
    public async Task Etcd_passes_the_scenarios_of_etcdctl_and_python()
    {
        Etcdctl.Required();
        await PythonClient.RequiredAsync();
        await using var cluster = await EtcdCluster.StartedAsync();
        await ClientScenarios.RunTextsAsync(cluster, 1);
        await ClientScenarios.RunEndpointStatusAsync(cluster);
        await PythonClient.RunAsync(cluster, 2);
    }

    [Fact]
    public async Task Etcd_passes_the_scenarios_of_watches()
    {
        Etcdctl.Required();
        await using var cluster = await EtcdCluster.StartedAsync();
        await WatchScenarios.RunPrintedAsync(cluster, 1);
        await WatchScenarios.RunInteractiveAsync(cluster, 1);
        await WatchScenarios.RunCompactedAsync(cluster, 1);
        await WatchScenarios.RunEtcdctlOverKillsAsync(cluster);
        await WatchScenarios.RunClientOverKillsAsync(cluster);
    }

    [Fact]
    public async Task Etcd_passes_the_scenario_of_npms_etcd3()
    {
        await NodeClient.RequiredAsync();
        await using var cluster = await EtcdCluster.StartedAsync();
        await NodeClient.RunAsync(cluster, 1);
    }

    [Fact]
    public async Task Etcd_passes_the_scenario_of_dotnet_etcd()
    {
        await using var cluster = await EtcdCluster.StartedAsync();
        using var scenario = new DotnetEtcdScenario(cluster, 1);
        await scenario.RunAsync();
    }

    [Fact]
    public async Task Etcd_passes_the_scenarios_of_leases()
    {
        Etcdctl.Required();
        await using var cluster = await EtcdCluster.StartedAsync();
        await LeaseScenarios.RunEtcdctlAsync(cluster, 1);
        await LeaseScenarios.RunExpiryAsync(cluster);
        await LeaseScenarios.RunThroughLeaderKillAsync(cluster);
        await OwnershipScenarios.RunLockAsync(cluster);
        await OwnershipScenarios.RunServiceBesideEtcdctlAsync(cluster);
        await OwnershipScenarios.RunElectAsync(cluster);
    }

    [Fact]
    public async Task Etcd_loses_nothing_to_kills()
    {
        await using var cluster = await EtcdCluster.StartedAsync();
        await KillScenarios.LeaderAsync(cluster, rounds: 1, seed: 1);
        await KillScenarios.AllAsync(cluster, rounds: 2, seed: 2);
        await KillScenarios.SuspendedLeaderAsync(cluster);
    }
}
