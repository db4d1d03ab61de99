using System.Diagnostics;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Runs;

/// <summary>One run: start, warm up, harm, heal, judge, clean up. Used once.</summary>
internal sealed class ChaosRun(RunPlan plan, string executable, string folder, TextWriter writer, bool terminal)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    /// <summary>How many times it warms up at most until there is traffic: a busy machine takes a while to start five members.</summary>
    private const int WarmUps = 8;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(60);

    /// <summary>What a run may take beyond its minutes: starting, a last fault, healing, judging, stopping.</summary>
    private static readonly TimeSpan BeyondMinutes = TimeSpan.FromMinutes(6);

    private readonly RunProgress _progress = new();
    private FaultInjection? _injection;

    /// <summary>Below this many acknowledged operations a second before the first fault, a run proves nothing.</summary>
    private double LeastTrafficPerSecond => Math.Min(20, plan.Rate * plan.Workloads.Count / 4);

    public async Task<RunReport> RunAsync(CancellationToken stop)
    {
        await writer.WriteLineAsync($"seed {plan.Seed}: {plan.Members} members, {plan.Minutes:0.##} minutes of {string.Join(',', plan.Faults)} under {string.Join(',', plan.Workloads)}; results in {folder}");
        foreach (string undone in RunClaim.Sweep(RunClaim.DefaultFolder))
        {
            await writer.WriteLineAsync($"  swept what a dead run left: {undone}");
        }

        Directory.CreateDirectory(folder);
        RunReport.WritePlan(folder, plan);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromMinutes(plan.Minutes) + BeyondMinutes);
        (IReadOnlyList<Verdict> verdicts, string? invalid) = await RunWithinAsync(limit.Token);
        invalid = stop.IsCancellationRequested ? "it was interrupted"
            : limit.IsCancellationRequested ? $"it was not done {BeyondMinutes.TotalMinutes:0} minutes after its faults"
            : invalid;
        return await FinishAsync(verdicts, invalid);
    }

    private async Task<(IReadOnlyList<Verdict> Verdicts, string? Invalid)> RunWithinAsync(CancellationToken cancellationToken)
    {
        IWorkload[] workloads = [.. Catalogue.Workloads.Select(make => make()).Where(w => plan.Workloads.Contains(w.Name))];
        string[] options = [.. plan.MemberOptions(), .. workloads.SelectMany(w => w.MemberOptions(folder))];
        await using ClusterUnderTest cluster = await ClusterUnderTest.CreateAsync(
            executable, folder, plan.Members, options, Catalogue.Needs(plan), plan.Seed);
        using var observer = new ClusterObserver(cluster);
        await using var display = new ProgressDisplay(writer, _progress, terminal, TimeProvider.System);
        cluster.StartAll();
        if (!await observer.WaitHealthyAsync(StartLimit, cancellationToken))
        {
            return ([], "the cluster did not come up");
        }

        await using var resources = new ResourceSampler(cluster, TimeProvider.System);
        var context = new WorkloadContext(cluster, plan.Seed, plan.Clients, plan.Rate / plan.Clients, folder, _progress);
        using var load = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Verdict?>[] running = [.. workloads.Select(w => Task.Run(() => LoadAsync(w, context, load.Token), CancellationToken.None))];
        string? invalid;
        TimeSpan? healed;
        try
        {
            double traffic = await WarmUpAsync(cancellationToken);
            invalid = traffic < LeastTrafficPerSecond ? $"only {traffic:0} operations a second before the first fault, at least {LeastTrafficPerSecond:0} are needed" : null;
            _injection = new FaultInjection(plan, cluster, observer, _progress, display);
            await _injection.RunAsync(cancellationToken);
            healed = await HealAsync(cluster, observer, cancellationToken);
            await Pause(TimeSpan.FromSeconds(1), cancellationToken);
        }
        finally
        {
            await load.CancelAsync();
            await Task.WhenAll(running);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ([], invalid);
        }

        if (healed is not { } time)
        {
            return ([Healing(null), LogInspection.Inspect(cluster)], invalid);
        }

        (List<Verdict> verdicts, string? unread) = await JudgeAsync(workloads, context, cancellationToken);
        verdicts.AddRange((await Task.WhenAll(running)).OfType<Verdict>());
        verdicts.Add(Healing(time));
        verdicts.AddRange(await StateComparison.CompareAsync(observer, cancellationToken));
        verdicts.Add(LogInspection.Inspect(cluster));
        verdicts.Add(resources.Judge(workloads.Sum(w => w.KeptBytes)));
        return (verdicts, invalid ?? unread ?? (_injection.Injected.Any(f => f.TookEffect) ? null : "no fault took effect"));
    }

    /// <summary>Lets the load run until it is enough, and returns its acknowledged operations a second just before the first fault.</summary>
    private async Task<double> WarmUpAsync(CancellationToken cancellationToken)
    {
        double traffic = 0;
        for (int time = 0; time < WarmUps && traffic < LeastTrafficPerSecond && !cancellationToken.IsCancellationRequested; time++)
        {
            long before = _progress.Ok;
            await Pause(WarmUp, cancellationToken);
            traffic = (_progress.Ok - before) / WarmUp.TotalSeconds;
        }

        return traffic;
    }

    private static Verdict Healing(TimeSpan? time) => time is { } healed
        ? new Verdict("healing", Conclusion.Holds, $"every member answered {healed.TotalSeconds:0.0} s after the last fault")
        : new Verdict("healing", Conclusion.Violated, $"not every member answered within {HealLimit.TotalSeconds:0} s after the last fault");

    /// <summary>Null, or what broke the workload: an answer that no member should give.</summary>
    private static async Task<Verdict?> LoadAsync(IWorkload workload, WorkloadContext context, CancellationToken cancellationToken)
    {
        try
        {
            await workload.RunAsync(context, cancellationToken);
            return null;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return new Verdict(workload.Name, Conclusion.Violated, $"a client broke: {broken.GetType().Name}: {broken.Message}");
        }
    }

    private static async Task<TimeSpan?> HealAsync(ClusterUnderTest cluster, ClusterObserver observer, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        cluster.Restore();
        return await observer.WaitHealthyAsync(HealLimit, cancellationToken) ? Stopwatch.GetElapsedTime(started) : null;
    }

    private static async Task<(List<Verdict> Verdicts, string? Unread)> JudgeAsync(
        IWorkload[] workloads, WorkloadContext context, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        string? unread = null;
        foreach (IWorkload workload in workloads)
        {
            try
            {
                verdicts.AddRange(await workload.JudgeAsync(context, cancellationToken));
            }
            catch (FinalReadFailedException failed)
            {
                unread = failed.Message;
            }
            catch (Exception broken) when (broken is not OperationCanceledException)
            {
                // Answers that can't be made sense of are the members' doing, until proven otherwise.
                verdicts.Add(new Verdict(workload.Name, Conclusion.Violated, $"it could not be judged: {broken.GetType().Name}: {broken.Message}"));
            }
        }

        return (verdicts, unread);
    }

    private static async Task Pause(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<RunReport> FinishAsync(IReadOnlyList<Verdict> verdicts, string? invalid)
    {
        RunReport report = RunReport.Of(plan, _injection?.Injected ?? [], [.. verdicts, .. _injection?.Violations ?? []], invalid, _progress);
        await report.TellAsync(folder, writer);
        if (report.Passed)
        {
            DropData();
        }

        return report;
    }

    /// <summary>The members' data of a run that passed tell nothing more, and take hundreds of MiB; logs and histories stay.</summary>
    private void DropData()
    {
        foreach (string data in Directory.EnumerateDirectories(folder, "m*").SelectMany(Directory.EnumerateDirectories))
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
