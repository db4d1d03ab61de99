using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Transport;

/// <summary>Registers what members serve to each other; each such service stands behind the identity check.</summary>
internal static class PeerHosting
{
    /// <summary>Registers the Raft service and what it needs; a <see cref="RaftNode"/> must be registered beside it.</summary>
    public static IGrpcServerBuilder AddRaftPeers(this IGrpcServerBuilder grpc)
    {
        grpc.Services.AddSingleton(services => services.GetRequiredService<RaftNode>().Guard);
        grpc.Services.AddSingleton(services => services.GetRequiredService<RaftNode>().Channels);
        grpc.Services.AddSingleton<PeerIdentityServerInterceptor>();
        grpc.Services.AddSingleton<RaftPeerService>();
        return grpc.AddPeerService<RaftPeerService>();
    }

    /// <summary>Puts a service on the peer port behind the identity check; the message size is bounded by who sends, all of them members.</summary>
    public static IGrpcServerBuilder AddPeerService<TService>(this IGrpcServerBuilder grpc)
        where TService : class
        => grpc.AddServiceOptions<TService>(options =>
        {
            options.Interceptors.Add<PeerIdentityServerInterceptor>();
            options.MaxReceiveMessageSize = null;
            options.MaxSendMessageSize = null;
        });
}
