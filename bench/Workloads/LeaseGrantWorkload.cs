using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Leases granted.</summary>
internal sealed class LeaseGrantWorkload(int clients, int connections) : Workload(
    $"lease-grant-{clients}c-{connections}n", $"leases granted: {clients} clients over {connections} connections")
{
    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        using Connections open = await Connections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        GrantOperation[] operations = [.. Enumerable.Range(0, clients).Select(client => new GrantOperation(open.Of(client)))];
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        long[] granted = [.. operations.SelectMany(operation => operation.Granted)];
        await Leases.VerifyAsync(cluster, granted, load.Failures, cancellationToken);
        await Leases.ClearAsync(cluster, cancellationToken);
        return Figure.Of(load);
    }
}
