using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Leases;

/// <summary>Leases of our own cluster.</summary>
public sealed class LeasesTest(StartedCluster started) : IClassFixture<StartedCluster>
{
    private readonly StateServerCluster _cluster = started.Cluster;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Etcdctl_handles_leases_through_each_member(int slot)
    {
        Etcdctl.Required();
        await LeaseScenarios.RunEtcdctlAsync(_cluster, slot);
    }

    [Fact]
    public Task The_keys_of_a_lease_vanish_everywhere_at_one_revision() => LeaseScenarios.RunExpiryAsync(_cluster);

    [Fact]
    public async Task Etcdctl_lock_lets_one_in_at_a_time()
    {
        Etcdctl.Required();
        await OwnershipScenarios.RunLockAsync(_cluster);
    }

    [Fact]
    public async Task Etcdctl_lock_and_the_lock_service_wait_for_each_other()
    {
        Etcdctl.Required();
        await OwnershipScenarios.RunServiceBesideEtcdctlAsync(_cluster);
    }

    [Fact]
    public async Task Etcdctl_elect_elects_one_at_a_time()
    {
        Etcdctl.Required();
        await OwnershipScenarios.RunElectAsync(_cluster);
    }
}
