using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Nine linearizable reads to one put of a new key.</summary>
internal sealed class MixedWorkload(int clients, int connections) : Workload(
    $"mixed-{clients}c-{connections}n",
    $"90 % linearizable reads, 10 % puts of 256 B: {clients} clients over {connections} connections")
{
    private const int KeyCount = 10_000;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string ReadPrefix = "bench/mixed/read/";
        const string PutPrefix = "bench/mixed/put/";
        await Contents.LoadAsync(cluster, ReadPrefix, KeyCount, cancellationToken);
        using Connections open = await Connections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        MixedOperation[] operations =
        [
            .. Enumerable.Range(0, clients).Select(client => new MixedOperation(
                new ReadOperation(open.Of(client), ReadPrefix, KeyCount, client, serializable: false),
                new PutOperation(open.Of(client), PutPrefix, client),
                client)),
        ];
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        long written = operations.Sum(operation => operation.Writes);
        await Contents.VerifyCountAsync(cluster, PutPrefix, written, load.Failures, cancellationToken);
        await Contents.ClearAsync(cluster, "bench/mixed/", cancellationToken);
        return Figure.Of(load);
    }
}
