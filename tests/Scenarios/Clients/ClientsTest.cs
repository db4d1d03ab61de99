using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Clients;

/// <summary>What a stranger's unmodified client sees through each of our members: the texts were written from Debian's etcd.</summary>
public sealed class ClientsTest(StartedCluster started) : IClassFixture<StartedCluster>
{
    private readonly StateServerCluster _cluster = started.Cluster;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Etcdctl_prints_what_it_prints_of_etcd(int slot)
    {
        Etcdctl.Required();
        await ClientScenarios.RunTextsAsync(_cluster, slot);
    }

    [Fact]
    public async Task Etcdctl_tells_the_status_and_health_of_each_endpoint()
    {
        Etcdctl.Required();
        await ClientScenarios.RunEndpointStatusAsync(_cluster);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Python_reads_and_writes(int slot)
    {
        await PythonClient.RequiredAsync();
        await PythonClient.RunAsync(_cluster, slot);
    }

    [Fact]
    public async Task Reflection_and_grpc_health_are_served_by_each_member()
    {
        foreach (int slot in _cluster.Slots)
        {
            using var channel = GrpcChannel.ForAddress($"http://{_cluster.Endpoints[slot]}");
            using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
            await call.RequestStream.CompleteAsync();
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            string[] services = [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)];
            Assert.Contains("stateserver.operator.v1.Cluster", services);
            Assert.Contains("etcdserverpb.KV", services);
            Assert.Contains("grpc.health.v1.Health", services);

            var health = await _cluster[slot].CallAsync("grpc.health.v1.Health", "Check", new WireWriter(), null);
            const int Serving = 1;
            Assert.Equal(Serving, health.Varint(1));
        }
    }
}
