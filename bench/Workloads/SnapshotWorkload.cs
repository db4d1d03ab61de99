using StateServer.Bench.Load;
using StateServer.Bench.Operations;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>What a snapshot that a client takes of a million keys does to the puts that go on meanwhile.</summary>
internal sealed class SnapshotWorkload(int clients, int connections) : Workload(
    "snapshot-under-puts",
    $"a snapshot of 1,000,000 keys of 256 B streamed from the leader, time and again, while {clients} clients put over {connections} connections; the same puts before it")
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public override bool WantsNewCluster => true;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/snapshot/";
        await cluster.StartAsync(cancellationToken);
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        await Contents.LoadAsync(cluster, Prefix, options.KeyCount, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        LoadResult alone = await PutAsync(cluster, "bench/alone/", options, cancellationToken);

        using SnapshotReader reader = new(leader.Endpoint);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<SnapshotFigures> reading = reader.ReadUntilAsync(end.Token);
        LoadResult beside = await PutAsync(cluster, "bench/beside/", options with { WarmUp = TimeSpan.Zero }, cancellationToken);
        await end.CancelAsync();
        SnapshotFigures snapshots = await reading;
        await reader.VerifyAsync(options.KeyCount * (long)Keys.ValueBytes, cancellationToken);
        return
        [
            new("snapshot", "s", snapshots.MeanDuration.TotalSeconds),
            new("size", "MiB", snapshots.Bytes / 1024.0 / 1024.0),
            .. Of("alone", alone),
            .. Of("beside", beside),
        ];
    }

    private async Task<LoadResult> PutAsync(
        TargetCluster cluster, string prefix, RunOptions options, CancellationToken cancellationToken)
    {
        using Connections open = await Connections.OpenAsync(cluster, connections, options.LeaderOnly, cancellationToken);
        PutOperation[] operations =
            [.. Enumerable.Range(0, clients).Select(client => new PutOperation(open.Of(client), prefix, client))];
        LoadResult load = await new ClosedLoop().RunAsync(
            cluster, operations, options.WarmUp, options.Duration, cancellationToken);
        await Contents.VerifyCountAsync(cluster, prefix, load.Acknowledged, load.Failures, cancellationToken);
        return load;
    }

    private static IEnumerable<Figure> Of(string when, LoadResult load) =>
    [
        new($"{when}: puts", "ops/s", load.SortedLatencies.Length / load.Elapsed.TotalSeconds),
        new($"{when}: p50", "ms", LatencySamples.Milliseconds(load.SortedLatencies, 0.50)),
        new($"{when}: p99", "ms", LatencySamples.Milliseconds(load.SortedLatencies, 0.99)),
        new($"{when}: longest", "ms", LatencySamples.Milliseconds(load.SortedLatencies, 1)),
    ];
}
