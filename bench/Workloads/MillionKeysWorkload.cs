using System.Diagnostics;
using StateServer.Bench.Load;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Workloads;

/// <summary>A million keys of 256 bytes on a new cluster: load, memory, snapshot, and restart of all members at once.</summary>
internal sealed class MillionKeysWorkload() : Workload(
    "million-keys", "1,000,000 keys of 256 B on a new cluster: load, memory, snapshot, restart after kill -9 of all")
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public override bool WantsNewCluster => true;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/million/";
        await cluster.StartAsync(cancellationToken);
        await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);

        long started = Stopwatch.GetTimestamp();
        await Contents.LoadAsync(cluster, Prefix, options.KeyCount, cancellationToken);
        TimeSpan load = Stopwatch.GetElapsedTime(started);
        await Contents.VerifyCountAsync(cluster, Prefix, options.KeyCount, 0, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        long resident = cluster.ResidentBytes();
        TimeSpan? snapshot = await cluster.MeasureSnapshotAsync(cancellationToken);

        TimeSpan restart = await MeasureRestartAsync(cluster, Prefix, cancellationToken);
        await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        await Contents.VerifyCountAsync(cluster, Prefix, options.KeyCount, 0, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        const double Mebibyte = 1024 * 1024;
        return
        [
            new Figure("load", "keys/s", options.KeyCount / load.TotalSeconds),
            new Figure("memory of 3", "MiB", resident / Mebibyte),
            .. snapshot is TimeSpan duration ? [new Figure("snapshot", "s", duration.TotalSeconds)] : Array.Empty<Figure>(),
            new Figure("restart", "s", restart.TotalSeconds),
            new Figure("memory after", "MiB", cluster.ResidentBytes() / Mebibyte),
        ];
    }

    private static async Task<TimeSpan> MeasureRestartAsync(
        TargetCluster cluster, string prefix, CancellationToken cancellationToken)
    {
        foreach (TargetMember member in cluster.Members)
        {
            await cluster.KillAsync(member, cancellationToken);
        }
        byte[] key = Keys.Numbered(prefix);
        RangeRequest request = new() { Key = Google.Protobuf.ByteString.CopyFrom(key) };
        long started = Stopwatch.GetTimestamp();
        Task starting = cluster.StartAsync(cancellationToken);
        await ClusterProbe.WaitForFirstAnswerAsync(cluster, request, cancellationToken);
        TimeSpan restart = Stopwatch.GetElapsedTime(started);
        await starting;
        return restart;
    }
}
