using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using StateServer.Consensus;
using StateServer.Hosting;
using StateServer.Loopback;
using StateServer.Options;
using StateServer.Protos.Operator;
using StateServer.StateServer.Tests.Local;
using StateServer.StateServer.Tests.Options;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>One member's process put together, over a replica in memory, spoken to through its three ports.</summary>
public sealed class MemberHostTests : IAsyncLifetime, IDisposable
{
    private readonly FakeReplica _replica = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly TemporaryFolder _folder = new();
    private readonly PortBlock _block = PortBlock.Take(3);
    private SlotPortsUnderTest _ports = null!;
    private GrpcChannel _clientPort = null!;
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        int port = _block.First;
        _ports = new SlotPortsUnderTest(port, port + 1, port + 2);
        ServerOptions options = GivenSettings.Judge(GivenSettings.Right
            .SetItem("data-dir", _folder.Path)
            .SetItem("initial-members", $"a=17@127.0.0.1:{_ports.Peer}")
            .Add("listen-client", $"127.0.0.1:{_ports.Client}")
            .Add("listen-peer", $"127.0.0.1:{_ports.Peer}")
            .Add("listen-http", $"127.0.0.1:{_ports.Http}")
            .Add("log-level", "error")).Options;
        _app = MemberHost.Build(
            options,
            (services, replica) => services.AddSingleton(replica).AddSingleton<IReplica>(_replica).AddSingleton<ILeaderLog>(_replica).AddSingleton<IMembershipControl>(new FakeMembershipControl()),
            (_, _) => { });
        await _app.StartAsync();
        _clientPort = Channel(_ports.Client);
    }

    [Fact]
    public async Task Readiness_names_its_checks_local_and_linearizable_apart()
    {
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/livez"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/readyz"));
        Assert.Equal(
            (HttpStatusCode.OK,
                "[+]serializable_read ok\n[+]member_health ok\n[+]data_corruption ok\n[+]leader_known ok\n[+]linearizable_read ok\nreadyz check passed\n"),
            await GetAsync("/readyz?verbose"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/readyz/frob")).Status);

        _replica.HasLeader = false;
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable,
                "[-]leader_known failed: no leader is known\n[-]linearizable_read failed: no leader is known\nreadyz/linearizable check failed\n"),
            await GetAsync("/readyz/linearizable"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync("/readyz")).Status);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/readyz/local"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/livez"));

        _replica.Unhealthy = "log damaged";
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "[-]member_health failed: log damaged\nreadyz check failed\n"),
            await GetAsync("/readyz/member_health"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/livez"));
    }

    [Fact]
    public async Task Readiness_does_not_wait_for_a_quorum_as_long_as_a_client_would()
    {
        _replica.HasQuorum = false;
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable,
                "[+]leader_known ok\n[-]linearizable_read failed: no quorum answered within 2 s\nreadyz/linearizable check failed\n"),
            await GetAsync("/readyz/linearizable").WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Metrics_are_prometheus_text()
    {
        (HttpStatusCode status, string text) = await GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("stateserver_member_term", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_is_told_with_a_leader_and_without()
    {
        var client = new Cluster.ClusterClient(_clientPort);
        Assert.Equal(101UL, (await client.GetStatusAsync(new GetStatusRequest())).Cluster.Leader);

        _replica.HasLeader = false;
        GetStatusResponse leaderless = await client.GetStatusAsync(new GetStatusRequest());
        Assert.False(leaderless.Cluster.HasLeader);
        Assert.Equal(3, leaderless.Members.Count);

        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            async () => await client.GetStatusAsync(new GetStatusRequest { TimeoutMilliseconds = 10_001 }));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task Grpc_health_flips_with_the_member()
    {
        var health = new Grpc.Health.V1.Health.HealthClient(_clientPort);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);

        using AsyncServerStreamingCall<HealthCheckResponse> watch = health.Watch(new HealthCheckRequest());
        _replica.Unhealthy = "log damaged";
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest())).Status);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(deadline.Token));
        }
        while (watch.ResponseStream.Current.Status != HealthCheckResponse.Types.ServingStatus.NotServing);
    }

    [Fact]
    public async Task Reflection_lists_every_service()
    {
        using var call = new ServerReflection.ServerReflectionClient(_clientPort).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        string[] services = [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name)];
        Assert.Contains("stateserver.operator.v1.Cluster", services);
        Assert.Contains("etcdserverpb.KV", services);
        Assert.Contains("grpc.health.v1.Health", services);
        await call.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task A_port_serves_its_own_and_a_forwarded_host_name_changes_nothing()
    {
        using GrpcChannel peerPort = Channel(_ports.Peer);
        RpcException hidden = await Assert.ThrowsAsync<RpcException>(
            async () => await new Cluster.ClusterClient(peerPort).GetStatusAsync(new GetStatusRequest()));
        Assert.Equal(StatusCode.Unimplemented, hidden.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_ports.Client}/etcdserverpb.KV/Range")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 3, 10, 1, 97]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.Host = "forwarded.example:9999";
        using HttpResponseMessage response = await _http.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Dispose();
    }

    public void Dispose()
    {
        _clientPort.Dispose();
        _http.Dispose();
        _folder.Dispose();
        _block.Dispose();
    }

    private static GrpcChannel Channel(int port) => GrpcChannel.ForAddress(
        $"http://127.0.0.1:{port}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync($"http://127.0.0.1:{_ports.Http}{path}");
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private sealed record SlotPortsUnderTest(int Client, int Peer, int Http);
}
