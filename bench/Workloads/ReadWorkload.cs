using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Reads of single keys out of 10,000, linearizable or serializable.</summary>
internal sealed class ReadWorkload(bool serializable, int clients, int connections) : Workload(
    $"{(serializable ? "serializable" : "linearizable")}-read-{clients}c-{connections}n",
    $"{(serializable ? "serializable" : "linearizable")} reads of one key of 10,000: {clients} clients over {connections} connections")
{
    private const int KeyCount = 10_000;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/read/";
        await Contents.LoadAsync(cluster, Prefix, KeyCount, cancellationToken);
        using Connections open = await Connections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        ReadOperation[] operations =
        [
            .. Enumerable.Range(0, clients)
                .Select(client => new ReadOperation(open.Of(client), Prefix, KeyCount, client, serializable)),
        ];
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        await Contents.VerifyCountAsync(cluster, Prefix, KeyCount, 0, cancellationToken);
        await Contents.ClearAsync(cluster, Prefix, cancellationToken);
        return Figure.Of(load);
    }
}
