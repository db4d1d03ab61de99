using StateServer.Bench.Targets;

namespace StateServer.Bench.Http2;

/// <summary>A number of connections for calls that last, dealt to the members in turn, the leader first; or all to the leader.</summary>
internal sealed class StreamConnections : IAsyncDisposable
{
    private readonly List<GrpcConnection> _connections = [];

    private StreamConnections()
    {
    }

    /// <summary>Opens <paramref name="count"/> connections to a cluster that serves.</summary>
    public static async Task<StreamConnections> OpenAsync(
        TargetCluster cluster, int count, bool leaderOnly, CancellationToken cancellationToken)
    {
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        string[] endpoints = leaderOnly
            ? [leader.Endpoint]
            : [leader.Endpoint, .. cluster.Endpoints.Where(endpoint => endpoint != leader.Endpoint)];
        StreamConnections opened = new();
        for (int i = 0; i < count; i++)
        {
            opened._connections.Add(await GrpcConnection.OpenAsync(endpoints[i % endpoints.Length], cancellationToken));
        }
        return opened;
    }

    /// <summary>The connection of stream number <paramref name="stream"/>; streams are dealt to connections in turn.</summary>
    public GrpcConnection Of(int stream) => _connections[stream % _connections.Count];

    /// <exception cref="TargetFailedException">A connection or one of its streams has ended.</exception>
    public void ThrowIfFailed()
    {
        if (_connections.Find(connection => connection.Failure is not null) is GrpcConnection failed)
        {
            throw new TargetFailedException($"a stream ended: {failed.Failure}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GrpcConnection connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }
}
