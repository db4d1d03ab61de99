using StateServer.Api.Operator;
using StateServer.Consensus.Status;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Hosting.Membership;

/// <summary>Registers what the leader's loop sees and changes of the members, and the operators' service. The replica must be registered.</summary>
internal static class MembershipServices
{
    /// <summary>Registers it.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<DiskWatch>();
        services.AddSingleton<Laggards>();
        services.AddSingleton<IMembership, ReplicatedMembership>();
        services.AddSingleton<IStatusNotes, MembershipNotes>();
        services.AddSingleton<MemberMessages>();
        services.AddSingleton<SpreadCheck>();
        services.AddSingleton<MembershipService>();
    }

    /// <summary>Maps what operators are served, on the client port.</summary>
    public static void Map(RouteGroupBuilder clients) => clients.MapGrpcService<MembershipService>();
}
