using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StateServer.Api.Etcd;
using StateServer.Api.Model;
using StateServer.Api.Operator;
using StateServer.Consensus;
using StateServer.Health;
using StateServer.Hosting.Membership;
using StateServer.Hosting.Placement;
using StateServer.Options;
using StateServer.Telemetry;

namespace StateServer.Hosting;

/// <summary>Puts one member's process together: three ports, the replica, the APIs, health and telemetry.</summary>
internal static class MemberHost
{
    /// <summary>Streams a connection may carry at once: the usual 100 strangles hundreds of clients on one connection.</summary>
    private const int StreamsPerConnection = 65_536;

    /// <summary>Bytes of all streams of a connection in flight: the usual 128 KiB is two large requests.</summary>
    private const int ConnectionWindowBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of one stream in flight: an append message of a full batch arrives without a stop.</summary>
    private const int StreamWindowBytes = 2 * 1024 * 1024;

    /// <summary>From the signal to the end of the process at most: leadership is handed over and calls in flight end long before.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Builds it.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="addReplica">Registers the replica.</param>
    /// <param name="mapPeers">Maps what peers are served.</param>
    public static WebApplication Build(
        ServerOptions options,
        Action<IServiceCollection, ReplicaOptions> addReplica,
        Action<IEndpointRouteBuilder, int> mapPeers)
    {
        // An empty builder reads no settings files, and so watches none: the data folders lie where they will, and a
        // watcher above them would see every write of the log.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "stateserver",
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        MemberLogging.Add(builder.Logging, options.LogLevel);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        AddServices(builder.Services, options, addReplica);

        WebApplication app = builder.Build();
        app.UseRouting();
        ListenerPort.Enforce(app);
        Map(app, options, mapPeers);
        return app;
    }

    private static void AddServices(
        IServiceCollection services, ServerOptions options, Action<IServiceCollection, ReplicaOptions> addReplica)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddRoutingCore();
        services.AddGrpc();
        services.AddGrpcReflection();
        addReplica(services, options.ToReplicaOptions(ExecutableVersion.Text));
        services.AddEtcdApi((int)options.MaxRequestBytes, options.ToWatchOptions());
        services.AddModelApi((int)options.MaxRequestBytes);
        PlacementServices.AddTo(services, options);
        services.AddSingleton<StatusRounds>();
        services.AddSingleton<OperatorClusterService>();
        MembershipServices.AddTo(services);
        MemberHealth.AddTo(services);
        MemberTelemetry.AddTo(services, options);
        services.AddHostedService<UnobservedExceptions>();
        services.AddHostedService<ReadyNotice>();
    }

    private static void Map(WebApplication app, ServerOptions options, Action<IEndpointRouteBuilder, int> mapPeers)
    {
        app.MapEtcdApi(options.ListenClient!.Port);
        RouteGroupBuilder clients = ListenerPort.Group(app, options.ListenClient.Port);
        clients.MapGrpcService<OperatorClusterService>();
        MembershipServices.Map(clients);
        clients.MapGrpcService<ModelService>();
        PlacementServices.Map(clients);
        clients.MapGrpcHealthChecksService();
        clients.MapGrpcReflectionService();
        mapPeers(ListenerPort.Group(app, options.ListenPeer!.Port), options.ListenPeer.Port);

        RouteGroupBuilder http = ListenerPort.Group(app, options.ListenHttp!.Port);
        HealthEndpoints.Map(http);
        http.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;

        // A bound for what isn't gRPC; each gRPC service bounds its own messages, and long streams have no total.
        limits.MaxRequestBodySize = options.MaxRequestBytes + (512 * 1024);

        // Clients and peers hold connections open for days and may be silent for long: they are told apart from dead ones
        // by pings, not by silence.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;

        // Cleartext HTTP/1.1 and HTTP/2 can't share a port.
        Open(options.ListenClient!, HttpProtocols.Http2, AuthorityReader.Use);
        Open(options.ListenPeer!, HttpProtocols.Http2);
        Open(options.ListenHttp!, HttpProtocols.Http1);

        void Open(ListenAddress address, HttpProtocols protocols, Action<ListenOptions>? more = null) =>
            kestrel.Listen(new IPEndPoint(address.Address, address.Port), listen =>
            {
                listen.Protocols = protocols;
                more?.Invoke(listen);
            });
    }
}
