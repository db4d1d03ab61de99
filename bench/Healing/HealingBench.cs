using Grpc.Core;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Healing;

/// <summary>
/// Measures how clusters of ours heal themselves, one size after the other, and what the same losses do to etcd. All clusters are
/// gone when it ends.
/// </summary>
internal sealed class HealingBench(HealingOptions options, TextWriter progress)
{
    private const string Peer = "etcd";
    private const string Ours = "ours";
    private const string BasePrefix = "bench/healing-base/";
    private const string SettlingPrefix = "bench/healing-settling/";

    private readonly string _folder = Path.Combine(options.DataFolder, $"stateserver-healing-{Environment.ProcessId}");
    private readonly Dictionary<string, string> _versions = [];
    private int _clusters;

    /// <summary>Measures everything asked for.</summary>
    public async Task<RunReport> RunAsync(Action<WorkloadReport> finished, CancellationToken cancellationToken)
    {
        List<WorkloadReport> reports = [];
        Directory.CreateDirectory(_folder);
        try
        {
            foreach (int keys in options.KeyCounts)
            {
                foreach (int members in options.Members)
                {
                    WorkloadReport report = await MeasureAsync(members, keys, cancellationToken);
                    reports.Add(report);
                    finished(report);
                }
            }
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
        return new RunReport(Machine.MachineDescription.Read(options.DataFolder), _versions, reports);
    }

    private async Task<WorkloadReport> MeasureAsync(int members, int keys, CancellationToken cancellationToken)
    {
        IEnumerable<string> names = options.Events.Select(HealingEvents.NameOf);
        HealingRows rows = new([.. names, .. names.Select(PeerRow)]);
        foreach (IReadOnlyList<HealingEvent> events in HealingPlan.Of(members, options.Rounds, options.Events))
        {
            await SufferAsync(new Queue<HealingEvent>(events), members, keys, rows, cancellationToken);
        }
        if (options.WithPeer && members == TargetCluster.MemberCount)
        {
            await SufferAsPeerAsync(keys, rows, cancellationToken);
        }
        return rows.ToReport(
            $"healing-{members}m-{(keys > 0 && keys % 1000 == 0 ? $"{keys / 1000}k" : keys)}",
            $"{members} members, {keys:N0} keys, a put every 5 ms" + (options.WithPeer ? "; etcd replaces no member by itself: -" : ""));
    }

    /// <summary>The events of one cluster; behind a failed one the rest befall another.</summary>
    private async Task SufferAsync(
        Queue<HealingEvent> events, int members, int keys, HealingRows rows, CancellationToken cancellationToken)
    {
        while (events.Any(befalls => rows.IsGoing(HealingEvents.NameOf(befalls))))
        {
            await progress.WriteLineAsync($"healing: {members} members, {keys:N0} keys: a new cluster");
            try
            {
                await using HealingCluster cluster = new(Ours, NewFolder(Ours), members, options.Program, options.ProgramEnvironment);
                await SufferAsync(cluster, events, keys, rows, cancellationToken);
            }
            catch (TargetFailedException exception)
            {
                await progress.WriteLineAsync($"stopping a cluster: {exception.Message}");
            }
        }
    }

    private async Task SufferAsync(
        HealingCluster cluster, Queue<HealingEvent> events, int keys, HealingRows rows, CancellationToken cancellationToken)
    {
        string row = events.Select(HealingEvents.NameOf).First(rows.IsGoing);
        try
        {
            await cluster.StartAsync(cancellationToken);
            await Contents.LoadAsync(cluster, BasePrefix, keys, cancellationToken);
            _versions[Ours] = cluster.Version;
            await SettleAsync(cluster, cancellationToken);
            for (int number = 0; events.TryDequeue(out HealingEvent befalls); number++)
            {
                row = HealingEvents.NameOf(befalls);
                if (rows.IsGoing(row))
                {
                    IReadOnlyList<Figure> figures = await new HealingRound(cluster, number).MeasureAsync(befalls, cancellationToken);
                    rows.Add(row, figures);
                    await TellAsync(row, figures);
                }
            }
            await Contents.VerifyCountAsync(cluster, BasePrefix, keys, 0, cancellationToken);
        }
        catch (Exception exception) when (exception is TargetFailedException or RpcException or IOException)
        {
            await FailAsync(rows, row, exception);
            if (options.LogFolder is string logs)
            {
                cluster.KeepLogs(Path.Combine(logs, $"{cluster.Size}m-{keys}-{row}-{_clusters}"));
            }
        }
    }

    private async Task SettleAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        if (options.Settle > TimeSpan.Zero)
        {
            await using WriteGap load = await WriteGap.BeginAsync([.. cluster.Endpoints], SettlingPrefix, cancellationToken);
            await Task.Delay(options.Settle, cancellationToken);
        }
    }

    private async Task SufferAsPeerAsync(int keys, HealingRows rows, CancellationToken cancellationToken)
    {
        HealingEvent[] losses = [.. options.Events.Where(HealingEvents.IsLoss)];
        string row = PeerRow(HealingEvents.NameOf(losses.FirstOrDefault()));
        if (losses.Length == 0)
        {
            return;
        }
        await using EtcdCluster cluster = new(Peer, NewFolder(Peer));
        try
        {
            await cluster.StartAsync(cancellationToken);
            await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
            await Contents.LoadAsync(cluster, BasePrefix, keys, cancellationToken);
            _versions[Peer] = cluster.Version;
            for (int number = 0; number < losses.Length * options.Rounds; number++)
            {
                HealingEvent befalls = losses[number % losses.Length];
                row = PeerRow(HealingEvents.NameOf(befalls));
                IReadOnlyList<Figure> figures = await PeerRound.MeasureAsync(cluster, befalls, number, cancellationToken);
                rows.Add(row, figures);
                await TellAsync(row, figures);
            }
        }
        catch (Exception exception) when (exception is TargetFailedException or RpcException or IOException)
        {
            await FailAsync(rows, row, exception);
        }
    }

    private static string PeerRow(string befalls) => $"{Peer} {befalls}";

    private string NewFolder(string target) => Path.Combine(_folder, $"{target}-{_clusters++}");

    private async Task TellAsync(string row, IReadOnlyList<Figure> figures) => await progress.WriteLineAsync(
        $"healing: {row}: {string.Join(", ", figures.Select(figure => $"{figure.Name} {figure.Value:0.##} {figure.Unit}"))}");

    private async Task FailAsync(HealingRows rows, string row, Exception exception)
    {
        string why = exception is RpcException rpc ? rpc.Status.ToString() : exception.Message;
        rows.Fail(row, why);
        await progress.WriteLineAsync($"healing: {row} failed: {why}");
    }
}
