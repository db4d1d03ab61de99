using StateServer.Bench.Http2;
using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Leases renewed, each over a stream of its own.</summary>
internal sealed class KeepAliveWorkload(int streams, int connections) : Workload(
    $"keep-alive-{streams}s-{connections}n", $"leases renewed: {streams} streams, a lease each, over {connections} connections")
{
    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        long[] leases = await Leases.GrantAsync(cluster, streams, cancellationToken);
        await using StreamConnections open = await StreamConnections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        List<KeepAliveOperation> operations = [];
        for (int stream = 0; stream < streams; stream++)
        {
            operations.Add(await KeepAliveOperation.OpenAsync(open.Of(stream), leases[stream]));
        }
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        open.ThrowIfFailed();
        await Leases.VerifyAsync(cluster, leases, 0, cancellationToken);
        await Leases.ClearAsync(cluster, cancellationToken);
        return Figure.Of(load);
    }
}
