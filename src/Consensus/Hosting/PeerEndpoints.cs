using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Hosting;

/// <summary>Maps what members serve to each other.</summary>
public static class PeerEndpoints
{
    /// <summary>
    /// Maps every service between members, on the peer port alone. That port must be an HTTP/2 one, and
    /// <see cref="ReplicaServices.AddReplica"/> must have been called.
    /// </summary>
    /// <param name="app">The host's routes.</param>
    /// <param name="peerPort">The peer port, from 1 to 65535.</param>
    public static void MapPeerServices(this IEndpointRouteBuilder app, int peerPort)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(peerPort);
        app.MapGrpcService<RaftPeerService>();
        app.MapGrpcService<ReplicaPeerService>();
    }
}
