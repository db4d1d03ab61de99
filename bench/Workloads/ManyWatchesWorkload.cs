using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;
using StateServer.Bench.Watches;

namespace StateServer.Bench.Workloads;

/// <summary>So many watches that their memory can be told from the noise: on a new cluster, which was warmed up with a few.</summary>
internal sealed class ManyWatchesWorkload(int watches, int streams, int connections, int keys) : Workload(
    $"watch-{watches}w-{streams}s",
    $"{watches} watches of {keys} keys over {streams} streams and {connections} connections on a new cluster: creation, memory a watch, events/s at most, delay at {FanOut.PacedEvents} events/s")
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    /// <summary>Long enough for what was only passing through memory to be given back, as far as it is.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public override bool WantsNewCluster => true;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/watches/";
        await cluster.StartAsync(cancellationToken);
        await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        RunOptions warmUp = options with { Duration = WarmUp };
        await new PutWorkload(clients: 64, connections: 4).MeasureAsync(cluster, warmUp, cancellationToken);
        WatchPlan few = new(10 * streams, streams, connections, Keys: 10);
        await WatchWorkload.MeasureAsync(cluster, few, options, cancellationToken);
        await Task.Delay(Settling, cancellationToken);

        WatchPlan plan = new(watches, streams, connections, keys);
        long before = cluster.ResidentBytes();
        await using WatchFleet fleet = await WatchWorkload.OpenAsync(cluster, plan, Prefix, options, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        long resident = cluster.ResidentBytes() - before;
        IReadOnlyList<Figure> figures = await WatchWorkload.MeasureAsync(cluster, fleet, Prefix, options, cancellationToken);
        return
        [
            new("creation", "watches/s", watches / fleet.Creation.TotalSeconds),
            new("memory", "B/watch", (double)resident / watches),
            .. figures,
        ];
    }
}
