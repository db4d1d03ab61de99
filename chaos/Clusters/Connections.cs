using Grpc.Net.Client;

namespace StateServer.Chaos.Clusters;

/// <summary>Opens connections to members: one HTTP/2 connection a channel, no retries, quick to reconnect.</summary>
internal static class Connections
{
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(200);

    public static GrpcChannel Open(MemberProcess member) => GrpcChannel.ForAddress(
        $"http://{member.Host}:{member.ClientPort}",
        new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            InitialReconnectBackoff = Reconnect,
            MaxReconnectBackoff = Reconnect,
            HttpHandler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) },
        });
}
