using Grpc.Core;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Run;

/// <summary>
/// Measures the workloads on the targets in turns: the order changes with each round, and while one target is measured the
/// others are frozen. All clusters are gone when it ends.
/// </summary>
internal sealed class BenchRun(RunOptions options, TextWriter progress)
{
    /// <summary>
    /// Each of the two warm-ups of a standing cluster: compiled just in time, a server on two busy cores takes ten seconds and more
    /// until all that it uses is compiled to its last stage; this program, too. The figures are those of a steady state.
    /// </summary>
    private static readonly TimeSpan StandingWarmUp = TimeSpan.FromSeconds(12);

    private readonly string _folder = Path.Combine(options.DataFolder, $"stateserver-bench-{Environment.ProcessId}");
    private readonly Dictionary<string, TargetCluster> _standing = [];
    private readonly Dictionary<string, string> _versions = [];

    /// <summary>Measures everything asked for.</summary>
    public async Task<RunReport> RunAsync(Action<WorkloadReport> finished, CancellationToken cancellationToken)
    {
        List<WorkloadReport> reports = [];
        Directory.CreateDirectory(_folder);
        try
        {
            foreach (Workload workload in Chosen())
            {
                WorkloadReport report = await MeasureAsync(workload, cancellationToken);
                reports.Add(report);
                finished(report);
            }
        }
        finally
        {
            foreach (string target in _standing.Keys.ToArray())
            {
                await RemoveAsync(target);
            }
            Directory.Delete(_folder, recursive: true);
        }
        return new RunReport(Machine.MachineDescription.Read(options.DataFolder), _versions, reports);
    }

    private IEnumerable<Workload> Chosen() =>
        WorkloadCatalogue.All.Where(workload => options.Only.Count == 0 || options.Only.Contains(workload.Name));

    private async Task<WorkloadReport> MeasureAsync(Workload workload, CancellationToken cancellationToken)
    {
        Dictionary<string, List<IReadOnlyList<Figure>>> rounds = options.Targets.ToDictionary(target => target, _ => new List<IReadOnlyList<Figure>>());
        Dictionary<string, string> failures = [];
        for (int round = 0; round < workload.Rounds(options); round++)
        {
            foreach (string target in round % 2 == 0 ? options.Targets : options.Targets.Reverse())
            {
                if (failures.ContainsKey(target))
                {
                    continue;
                }
                await progress.WriteLineAsync($"{workload.Name}: round {round + 1} of {workload.Rounds(options)}, {target}");
                try
                {
                    rounds[target].Add(await MeasureOnceAsync(workload, target, cancellationToken));
                }
                catch (Exception exception) when (exception is TargetFailedException or RpcException or IOException)
                {
                    failures[target] = exception is RpcException rpc ? rpc.Status.ToString() : exception.Message;
                    await progress.WriteLineAsync($"{workload.Name}: {target} failed: {failures[target]}");
                    await RemoveAsync(target);
                }
            }
        }
        return new WorkloadReport(
            workload.Name,
            workload.Description,
            [.. options.Targets.Select(target => new TargetReport(target, rounds[target], Summary.Of(rounds[target]), failures.GetValueOrDefault(target)))]);
    }

    private async Task<IReadOnlyList<Figure>> MeasureOnceAsync(
        Workload workload, string target, CancellationToken cancellationToken)
    {
        if (workload.WantsNewCluster)
        {
            await using TargetCluster own = Create(target, "own");
            IReadOnlyList<Figure> figures = await workload.MeasureAsync(own, options, cancellationToken);
            _versions[target] = own.Version;
            return figures;
        }
        TargetCluster cluster = await StandingAsync(target, cancellationToken);
        cluster.Resume();
        try
        {
            await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
            return await workload.MeasureAsync(cluster, options, cancellationToken);
        }
        finally
        {
            cluster.Pause();
        }
    }

    private async Task<TargetCluster> StandingAsync(string target, CancellationToken cancellationToken)
    {
        if (_standing.TryGetValue(target, out TargetCluster? cluster))
        {
            return cluster;
        }
        await progress.WriteLineAsync($"starting and warming up {target}");
        cluster = Create(target, "standing");
        _standing[target] = cluster;
        await cluster.StartAsync(cancellationToken);
        await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        _versions[target] = cluster.Version;
        RunOptions warmUp = options with { Duration = StandingWarmUp };
        await new MixedWorkload(clients: 64, connections: 4).MeasureAsync(cluster, warmUp, cancellationToken);
        await new PutWorkload(clients: 64, connections: 64).MeasureAsync(cluster, warmUp, cancellationToken);
        return cluster;
    }

    private TargetCluster Create(string target, string purpose)
    {
        string folder = Path.Combine(_folder, $"{target}-{purpose}");
        return TargetNames.IsOurs(target)
            ? new StateServerCluster(target, folder, ProgramOf(target), options.ProgramEnvironment)
            : new EtcdCluster(target, folder);
    }

    private string ProgramOf(string target) =>
        TargetNames.IsFirstOfOurs(target) ? options.Program : options.OtherProgram ?? options.Program;

    private async Task RemoveAsync(string target)
    {
        if (_standing.Remove(target, out TargetCluster? cluster))
        {
            try
            {
                await cluster.DisposeAsync();
            }
            catch (TargetFailedException exception)
            {
                await progress.WriteLineAsync($"stopping {target}: {exception.Message}");
            }
        }
    }
}
