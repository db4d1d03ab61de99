using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Compare the key's revision, then put 256 bytes; each client on a key of its own.</summary>
internal sealed class TransactionWorkload(int clients, int connections) : Workload(
    $"txn-{clients}c-{connections}n",
    $"transactions (compare mod revision, put 256 B): {clients} clients over {connections} connections")
{
    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/txn/";
        using Connections open = await Connections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        CompareAndPutOperation[] operations =
            [.. Enumerable.Range(0, clients).Select(client => new CompareAndPutOperation(open.Of(client), Prefix, client))];
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        await Contents.VerifyVersionsAsync(cluster, Prefix, load.Acknowledged, load.Failures, cancellationToken);
        await Contents.ClearAsync(cluster, Prefix, cancellationToken);
        return Figure.Of(load);
    }
}
