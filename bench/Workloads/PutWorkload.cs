using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Puts of 256 bytes under new keys.</summary>
internal sealed class PutWorkload(int clients, int connections) : Workload(
    $"put-{clients}c-{connections}n", $"puts of 256 B under new keys: {clients} clients over {connections} connections")
{
    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/put/";
        using Connections open = await Connections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        PutOperation[] operations =
            [.. Enumerable.Range(0, clients).Select(client => new PutOperation(open.Of(client), Prefix, client))];
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        await Contents.VerifyCountAsync(cluster, Prefix, load.Acknowledged, load.Failures, cancellationToken);
        await Contents.ClearAsync(cluster, Prefix, cancellationToken);
        return Figure.Of(load);
    }
}
