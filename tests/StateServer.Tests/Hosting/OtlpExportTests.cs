using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using StateServer.Consensus;
using StateServer.Hosting;
using StateServer.Loopback;
using StateServer.Options;
using StateServer.Protos.Etcd;
using StateServer.StateServer.Tests.Local;
using StateServer.StateServer.Tests.Options;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>What a member sends to a collector.</summary>
public sealed class OtlpExportTests
{
    [Fact]
    public async Task Metrics_and_traces_reach_the_collector()
    {
        using PortBlock ports = PortBlock.Take(4);
        using var folder = new TemporaryFolder();
        int port = ports.First;
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync(port + 3);
        ServerOptions options = GivenSettings.Judge(GivenSettings.Right
            .SetItem("data-dir", folder.Path)
            .SetItem("initial-members", $"a=17@127.0.0.1:{port + 1}")
            .Add("listen-client", $"127.0.0.1:{port}")
            .Add("listen-peer", $"127.0.0.1:{port + 1}")
            .Add("listen-http", $"127.0.0.1:{port + 2}")
            .Add("otlp-endpoint", $"http://127.0.0.1:{port + 3}")
            .Add("log-level", "error")).Options;
        await using (WebApplication member = MemberHost.Build(
            options,
            (services, replica) => services.AddSingleton(replica).AddSingleton<FakeReplica>()
                .AddSingleton<IReplica>(provider => provider.GetRequiredService<FakeReplica>())
                .AddSingleton<ILeaderLog>(provider => provider.GetRequiredService<FakeReplica>())
                .AddSingleton<IMembershipControl>(new FakeMembershipControl()),
            (_, _) => { }))
        {
            await member.StartAsync();
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
            await new KV.KVClient(channel).RangeAsync(new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("k") });
            // What it returns is not looked at: the scraping endpoint is an exporter too, and says no.
            member.Services.GetRequiredService<MeterProvider>().ForceFlush();
            member.Services.GetRequiredService<TracerProvider>().ForceFlush();
            await member.StopAsync();
        }

        Assert.True(collector.Got("MetricsService/Export", "stateserver.member.healthy"), $"our meters; received: {collector}");
        Assert.True(collector.Got("TraceService/Export", "etcdserverpb.KV/Range"), "a span of the call");
        Assert.True(collector.Got("MetricsService/Export", "service.instance.id"), "who it is");
    }
}
