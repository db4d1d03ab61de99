using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StateServer.Api.Etcd;
using StateServer.Api.Model;
using StateServer.Api.Operator;
using StateServer.Consensus;
using StateServer.Consensus.Leases;
using StateServer.Domain.Identity;
using StateServer.Loopback;
using StateServer.StateServer.Tests.Hosting;
using StateServer.Watching;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>The real services on a real Kestrel on 127.0.0.1, over an <see cref="InMemoryReplica"/>.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly PortBlock _ports;

    private ApiHost(WebApplication application, InMemoryReplica replica, PortBlock ports)
    {
        _application = application;
        _ports = ports;
        Replica = replica;
        Address = $"127.0.0.1:{ports.First}";
        Channel = GrpcChannel.ForAddress($"http://{Address}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
    }

    internal InMemoryReplica Replica { get; }

    internal string Address { get; }

    internal GrpcChannel Channel { get; }

    internal WatchHub Hub => _application.Services.GetRequiredService<WatchHub>();

    /// <summary>What a signal to the process would begin.</summary>
    internal void BeginStop() => _application.Lifetime.StopApplication();

    /// <summary>Starts one.</summary>
    /// <param name="watches">The bounds of watches.</param>
    /// <param name="time">The clock.</param>
    /// <param name="more">Registers what a test needs beyond.</param>
    /// <param name="replica">Another host's, of which this one is then another member.</param>
    internal static async Task<ApiHost> StartAsync(
        WatchOptions? watches = null, TimeProvider? time = null, Action<IServiceCollection>? more = null, InMemoryReplica? replica = null)
    {
        var ports = PortBlock.Take(1);
        replica ??= new InMemoryReplica();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, ports.First, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(time ?? TimeProvider.System).AddSingleton<IReplica>(replica).AddSingleton<ILeaseTimes>(replica).AddEtcdApi(watches: watches);
        builder.Services.AddModelApi(2 << 20).AddSingleton<StatusRounds>().AddSingleton<OperatorClusterService>().AddSingleton(Options());
        builder.Services.AddSingleton<IMembershipControl>(new FakeMembershipControl());
        builder.Services.AddSingleton<MemberMessages>().AddSingleton<SpreadCheck>().AddSingleton<MembershipService>();
        more?.Invoke(builder.Services);
        var application = builder.Build();
        application.MapEtcdApi(ports.First);
        application.MapGrpcService<ModelService>();
        application.MapGrpcService<OperatorClusterService>();
        application.MapGrpcService<MembershipService>();
        await application.StartAsync();
        return new ApiHost(application, replica, ports);
    }

    /// <summary>What a member is told.</summary>
    internal static ReplicaOptions Options() => new()
    {
        DataFolder = "",
        Id = InMemoryReplica.Self,
        Cluster = InMemoryReplica.Cluster,
        Name = "one",
        Zone = new Zone("local-a"),
        PeerAddress = "127.0.0.1:2380",
        ClientUrls = [],
        InitialMembers = [],
        Version = "0.1.0",
    };

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _application.DisposeAsync();
        _ports.Dispose();
    }
}
