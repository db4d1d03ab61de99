using Grpc.Net.Client;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Load;

/// <summary>
/// A number of TCP connections, one HTTP/2 connection each, dealt to the members in turn, the leader first; or all to the
/// leader.
/// </summary>
internal sealed class Connections : IDisposable
{
    private readonly GrpcChannel[] _channels;

    private Connections(GrpcChannel[] channels) => _channels = channels;

    /// <summary>Opens <paramref name="count"/> connections to a cluster that serves.</summary>
    public static async Task<Connections> OpenAsync(
        TargetCluster cluster, int count, bool leaderOnly, CancellationToken cancellationToken)
    {
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        string[] endpoints = leaderOnly
            ? [leader.Endpoint]
            : [leader.Endpoint, .. cluster.Endpoints.Where(endpoint => endpoint != leader.Endpoint)];
        return new Connections([.. Enumerable.Range(0, count).Select(i => Open(endpoints[i % endpoints.Length]))]);
    }

    /// <summary>The connection of client number <paramref name="client"/>; clients are dealt to connections in turn.</summary>
    public GrpcChannel Of(int client) => _channels[client % _channels.Length];

    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels)
        {
            channel.Dispose();
        }
    }

    /// <summary>One connection to one endpoint.</summary>
    public static GrpcChannel Open(string endpoint)
    {
        SocketsHttpHandler handler = new()
        {
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ActivityHeadersPropagator = null,
            UseCookies = false,
            UseProxy = false,
        };
        return GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxRetryAttempts = null,
        });
    }
}
