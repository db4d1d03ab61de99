using Grpc.Net.Client;

namespace StateServer.Chaos.Clusters;

/// <summary>Opens connections to members: one HTTP/2 connection a channel, no retries, quick to reconnect.</summary>
internal static class Connections
{
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(200);

    /// <summary>A watch's answer holds all events of a revision, each with the key before it: twice what a transaction may write, and more.</summary>
    private const int MostAnswerBytes = 64 << 20;

    public static GrpcChannel Open(MemberProcess member) => Open(member.Host, member.ClientPort);

    public static GrpcChannel OpenPeerPort(MemberProcess member) => Open(member.Host, member.PeerPort);

    private static GrpcChannel Open(string host, int port) => Open($"{host}:{port}");

    /// <param name="address">host:port.</param>
    public static GrpcChannel Open(string address) => GrpcChannel.ForAddress(
        $"http://{address}",
        new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MostAnswerBytes,
            InitialReconnectBackoff = Reconnect,
            MaxReconnectBackoff = Reconnect,
            HttpHandler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) },
        });
}
