using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StateServer.Api.Sessions;
using StateServer.Hosting;
using StateServer.Ownership;
using StateServer.Watching;

namespace StateServer.Api.Etcd;

/// <summary>Puts the client services, etcd's and our sessions, on the client port. An <c>IReplica</c> and its <c>ILeaseTimes</c> must be registered.</summary>
internal static class EtcdApi
{
    /// <summary>etcd's limit of a request, bytes.</summary>
    private const int DefaultMaxRequestBytes = 1536 * 1024;

    /// <summary>What a message may be larger than the request in it, bytes; etcd's allowance.</summary>
    private const int MessageAllowanceBytes = 512 * 1024;

    /// <summary>Registers the services.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="maxRequestBytes">The largest request; messages may be a little larger.</param>
    /// <param name="watches">The bounds of watching, or null for the defaults.</param>
    internal static IServiceCollection AddEtcdApi(
        this IServiceCollection services, int maxRequestBytes = DefaultMaxRequestBytes, WatchOptions? watches = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddGrpc()
            .AddServiceOptions<KvService>(Limit)
            .AddServiceOptions<LeaseService>(Limit)
            .AddServiceOptions<LockService>(Limit)
            .AddServiceOptions<ElectionService>(Limit)
            .AddServiceOptions<ClusterService>(Limit)
            .AddServiceOptions<MaintenanceService>(Limit)
            .AddServiceOptions<WatchService>(Limit)
            .AddServiceOptions<SessionsService>(Limit);
        AddWatching(services, watches ?? new WatchOptions { MaxResponseBytes = maxRequestBytes + MessageAllowanceBytes });
        return services
            .AddSingleton<ResponseHeaders>()
            .AddSingleton<CallGuards>()
            .AddSingleton<KvService>()
            .AddSingleton<LeaseService>()
            .AddSingleton<ClaimQueue>()
            .AddSingleton<LockService>()
            .AddSingleton<ElectionService>()
            .AddSingleton<ClusterService>()
            .AddSingleton<MaintenanceService>()
            .AddSingleton<WatchService>()
            .AddSingleton<SnapshotMeter>()
            .AddSingleton<SnapshotStream>()
            .AddSingleton<SessionsService>();

        // Answers have no limit: etcd sends ranges of any size, and its clients accept them.
        void Limit<TService>(GrpcServiceOptions<TService> options)
            where TService : class
        {
            options.MaxReceiveMessageSize = maxRequestBytes + MessageAllowanceBytes;
            options.MaxSendMessageSize = null;
        }
    }

    private static void AddWatching(IServiceCollection services, WatchOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddSingleton(options)
            .AddSingleton<WatchHub>()
            .AddHostedService<WatchPump>()
            .AddHostedService<WatchOversight>();
    }

    /// <summary>Maps the services onto <paramref name="clientPort"/> alone, as the socket tells it: a caller behind a forwarder names another port.</summary>
    internal static IEndpointRouteBuilder MapEtcdApi(this IEndpointRouteBuilder endpoints, int clientPort)
    {
        RouteGroupBuilder clients = ListenerPort.Group(endpoints, clientPort);
        clients.MapGrpcService<KvService>();
        clients.MapGrpcService<LeaseService>();
        clients.MapGrpcService<LockService>();
        clients.MapGrpcService<ElectionService>();
        clients.MapGrpcService<ClusterService>();
        clients.MapGrpcService<MaintenanceService>();
        clients.MapGrpcService<WatchService>();
        clients.MapGrpcService<SessionsService>();
        clients.MapUnimplementedServices();
        return endpoints;
    }
}
