using Grpc.AspNetCore.Server;

namespace StateServer.Api.Model;

/// <summary>Puts the model's service on the client port. etcd's API, whose guards it shares, must be registered.</summary>
internal static class ModelApi
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddModelApi(this IServiceCollection services, int maxRequestBytes)
    {
        services.AddGrpc().AddServiceOptions<ModelService>((GrpcServiceOptions<ModelService> options) =>
        {
            options.MaxReceiveMessageSize = maxRequestBytes;

            // A whole model is some 100,000 units.
            options.MaxSendMessageSize = null;
        });
        return services
            .AddSingleton<ModelReads>()
            .AddSingleton<ModelChanges>()
            .AddSingleton<ModelExplanations>()
            .AddSingleton<ModelZones>()
            .AddSingleton<ModelEvents>()
            .AddSingleton<ModelUnitLogs>()
            .AddSingleton<ModelService>();
    }
}
