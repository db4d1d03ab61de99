using Grpc.AspNetCore.Server;
using StateServer.Api.Sessions;

namespace StateServer.Api.Etcd;

/// <summary>Puts the client services, etcd's and our sessions, on the client port. An <c>IReplica</c> must be registered.</summary>
internal static class EtcdApi
{
    /// <summary>The largest message accepted, bytes: etcd's limit of a request (1.5 MiB) and its allowance for what is around it.</summary>
    internal const int MaxReceiveBytes = (1536 + 512) * 1024;

    /// <summary>Registers the services.</summary>
    internal static IServiceCollection AddEtcdApi(this IServiceCollection services)
    {
        services.AddGrpc()
            .AddServiceOptions<KvService>(Limit)
            .AddServiceOptions<ClusterService>(Limit)
            .AddServiceOptions<MaintenanceService>(Limit)
            .AddServiceOptions<SessionsService>(Limit);
        return services
            .AddSingleton<ResponseHeaders>()
            .AddSingleton<CallGuards>()
            .AddSingleton<KvService>()
            .AddSingleton<ClusterService>()
            .AddSingleton<MaintenanceService>()
            .AddSingleton<SessionsService>();
    }

    /// <summary>Maps the services onto <paramref name="clientPort"/> alone.</summary>
    internal static IEndpointRouteBuilder MapEtcdApi(this IEndpointRouteBuilder endpoints, int clientPort)
    {
        var host = $"*:{clientPort}";
        endpoints.MapGrpcService<KvService>().RequireHost(host);
        endpoints.MapGrpcService<ClusterService>().RequireHost(host);
        endpoints.MapGrpcService<MaintenanceService>().RequireHost(host);
        endpoints.MapGrpcService<SessionsService>().RequireHost(host);
        endpoints.MapUnimplementedServices(host);
        return endpoints;
    }

    /// <summary>Answers have no limit: etcd sends ranges of any size, and its clients accept them.</summary>
    private static void Limit<TService>(GrpcServiceOptions<TService> options)
        where TService : class
    {
        options.MaxReceiveMessageSize = MaxReceiveBytes;
        options.MaxSendMessageSize = null;
    }
}
