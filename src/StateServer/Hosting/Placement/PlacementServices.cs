using StateServer.Agents;
using StateServer.Api.Agents;
using StateServer.Api.Model;
using StateServer.Api.Operator;
using StateServer.Options;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Hosting.Placement;

/// <summary>Registers the loop that makes an environment what its model says, and where agents' streams end. Both idle without an environment.</summary>
internal static class PlacementServices
{
    /// <summary>Registers it. The replica and the model's API must be registered.</summary>
    public static void AddTo(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.ToReconciliationOptions());
        services.AddSingleton<IModelLog, ReplicatedModelLog>();
        services.AddSingleton<IProviderSource, ProviderSource>();
        services.AddSingleton<AgentStart>();
        services.AddSingleton<MemberStart>();
        services.AddSingleton<IInstanceStart, InstanceStart>();
        services.AddSingleton<ContactTable>();
        services.AddSingleton(_ => new DecisionBook());
        services.AddSingleton<ReconciliationLoop>();
        services.AddHostedService<ReconciliationService>();
        services.AddSingleton<AgentDesk>();
        services.AddHostedService(provider => provider.GetRequiredService<AgentDesk>());
        services.AddSingleton<IUnitLogs>(provider => provider.GetRequiredService<AgentDesk>());
        services.AddSingleton<AgentsService>();
        services.AddSingleton<EnvironmentService>();
        services.AddSingleton<IPlanPreview, PlannerPreview>();
        services.AddSingleton<IZoneDirectory, ProviderZones>();
    }

    /// <summary>Maps what agents and operators are served, on the client port.</summary>
    public static void Map(RouteGroupBuilder clients)
    {
        clients.MapGrpcService<AgentsService>();
        clients.MapGrpcService<EnvironmentService>();
    }
}
