namespace StateServer.Scenarios.Clusters;

/// <summary>Three members of ours that the tests of one class share.</summary>
public sealed class StartedCluster : IAsyncLifetime
{
    internal StateServerCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await StateServerCluster.StartedAsync();

    public ValueTask DisposeAsync() => Cluster is null ? ValueTask.CompletedTask : Cluster.DisposeAsync();
}
