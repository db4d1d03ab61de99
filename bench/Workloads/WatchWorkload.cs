using Google.Protobuf;
using StateServer.Bench.Load;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;
using StateServer.Bench.Watches;

namespace StateServer.Bench.Workloads;

/// <summary>Many watchers of one key.</summary>
internal sealed class WatchWorkload(int watches, int streams, int connections) : Workload(
    $"watch-{watches}w-{streams}s",
    $"{watches} watchers of one key over {streams} streams and {connections} connections: events/s at most, delay at {FanOut.PacedEvents} events/s")
{
    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken) =>
        await MeasureAsync(cluster, new WatchPlan(watches, streams, connections, Keys: 1), options, cancellationToken);

    /// <summary>Opens the watches, measures both phases, checks, and closes them.</summary>
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, WatchPlan plan, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/watch/";
        IReadOnlyList<Figure> figures;
        await using (WatchFleet fleet = await OpenAsync(cluster, plan, Prefix, options, cancellationToken))
        {
            figures = await MeasureAsync(cluster, fleet, Prefix, options, cancellationToken);
        }
        await Contents.ClearAsync(cluster, Prefix, cancellationToken);
        return figures;
    }

    /// <summary>Opens the watches of a plan on keys below a prefix that holds none yet.</summary>
    public static Task<WatchFleet> OpenAsync(
        TargetCluster cluster, WatchPlan plan, string prefix, RunOptions options, CancellationToken cancellationToken) =>
        WatchFleet.OpenAsync(
            cluster, plan, key => ByteString.CopyFrom(KeyOf(prefix, key)), FanOut.Writers, options.LeaderOnly, cancellationToken);

    /// <summary>Measures both phases on watches that are open.</summary>
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, WatchFleet fleet, string prefix, RunOptions options, CancellationToken cancellationToken)
    {
        const int PuttingConnections = 4;
        using Connections open = await Connections.OpenAsync(cluster, PuttingConnections, options.LeaderOnly, cancellationToken);
        FanOut fanOut = new(cluster, fleet, open, key => KeyOf(prefix, key));
        IReadOnlyList<Figure> most = await fanOut.SaturateAsync(options.WarmUp, options.Duration, cancellationToken);
        return [.. most, .. await fanOut.PaceAsync(options.Duration, cancellationToken)];
    }

    private static byte[] KeyOf(string prefix, int key)
    {
        byte[] bytes = Keys.Numbered(prefix);
        Keys.SetNumber(bytes, key);
        return bytes;
    }
}
