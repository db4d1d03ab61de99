using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace StateServer.Consensus.Hosting;

/// <summary>Registers a replica with a host.</summary>
public static class ReplicaServices
{
    /// <summary>
    /// Registers the <see cref="IReplica"/> (singleton), what it is made of, and the hosted service that opens, starts and
    /// stops it: it starts to take part once the host's ports are open, and at the stop refuses what is new, hands leadership
    /// over and ends within the host's shutdown time. Uses the registered <see cref="TimeProvider"/>, or the system's.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Validated options.</param>
    public static IServiceCollection AddReplica(this IServiceCollection services, ReplicaOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddGrpc();
        return services;
    }
}
