using System.Diagnostics;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Runs;

/// <summary>One run: start, warm up, harm, heal, judge, clean up. Used once.</summary>
internal sealed class ChaosRun(RunPlan plan, string executable, string folder, TextWriter display)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(60);

    /// <summary>Below this many acknowledged operations a second before the first fault, a run proves nothing.</summary>
    private const double LeastTrafficPerSecond = 20;

    private readonly List<InjectedFault> _faults = [];
    private readonly List<Verdict> _survived = [];
    private readonly RunProgress _progress = new();

    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        display.WriteLine($"seed {plan.Seed}: {plan.Members} members, {plan.Minutes:0.#} minutes of {string.Join(',', plan.Faults)} under {string.Join(',', plan.Workloads)}; results in {folder}");
        Directory.CreateDirectory(folder);
        await using ClusterUnderTest cluster = await ClusterUnderTest.CreateAsync(
            executable, folder, plan.Members, [], Catalogue.Needs(plan), plan.Seed);
        using var observer = new ClusterObserver(cluster);
        cluster.StartAll();
        if (!await observer.WaitHealthyAsync(StartLimit, cancellationToken))
        {
            return Finish([], "the cluster did not come up");
        }

        IWorkload[] workloads = [.. Catalogue.Workloads.Select(make => make()).Where(w => plan.Workloads.Contains(w.Name))];
        var context = new WorkloadContext(cluster, plan.Seed, plan.Clients, plan.Rate / plan.Clients, folder, _progress);
        using var load = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. workloads.Select(w => Task.Run(() => w.RunAsync(context, load.Token), CancellationToken.None))];
        string? invalid;
        bool healed;
        try
        {
            await Pause(WarmUp, cancellationToken);
            double traffic = _progress.Ok / WarmUp.TotalSeconds;
            invalid = traffic < LeastTrafficPerSecond ? $"only {traffic:0} operations a second before the first fault" : null;
            await HarmAsync(cluster, observer, cancellationToken);
            healed = await observer.WaitHealthyAsync(HealLimit, cancellationToken);
            await Pause(TimeSpan.FromSeconds(1), cancellationToken);
        }
        finally
        {
            await load.CancelAsync();
            await Task.WhenAll(running);
        }

        if (!healed)
        {
            return Finish([new Verdict("healing", Conclusion.Violated, $"not every member answered within {HealLimit.TotalSeconds:0} s after the last fault")], invalid);
        }

        (List<Verdict> verdicts, string? unread) = await JudgeAsync(workloads, context, cancellationToken);
        verdicts.Add(await StateComparison.CompareAsync(observer, cancellationToken));
        verdicts.Add(LogInspection.Inspect(cluster));
        invalid ??= unread ?? (_faults.Any(f => f.TookEffect) ? null : "no fault took effect");
        return Finish(verdicts, invalid);
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
            catch (InvalidOperationException failed)
            {
                unread = failed.Message;
            }
        }

        return (verdicts, unread);
    }

    private async Task HarmAsync(ClusterUnderTest cluster, ClusterObserver observer, CancellationToken cancellationToken)
    {
        var random = new Random(plan.Seed);
        IFault[] faults = [.. Catalogue.Faults.Where(f => plan.Faults.Contains(f.Name) && f.Unavailable is null)];
        var context = new FaultContext(cluster, observer, random);
        long started = Stopwatch.GetTimestamp();
        TimeSpan end = TimeSpan.FromMinutes(plan.Minutes);
        _progress.TakeLongestOutage();
        while (Stopwatch.GetElapsedTime(started) < end && !cancellationToken.IsCancellationRequested && faults.Length > 0)
        {
            IFault fault = faults[random.Next(faults.Length)];
            double at = Stopwatch.GetElapsedTime(started).TotalSeconds;
            FaultEffect effect;
            try
            {
                effect = await fault.RunAsync(context, cancellationToken);
            }
            catch (FaultSurvivedException survived)
            {
                _survived.Add(new Verdict(fault.Name, Conclusion.Violated, survived.Message));
                effect = new FaultEffect(true, survived.Message);
            }

            // Mostly the next fault finds a healed cluster, now and then one that is still getting up.
            if (random.Next(4) > 0)
            {
                await observer.WaitHealthyAsync(HealLimit, cancellationToken);
            }

            await Pause(context.Between(0.2, 2), cancellationToken);
            var injected = new InjectedFault(at, fault.Name, effect.TookEffect, effect.Detail, _progress.TakeLongestOutage().TotalSeconds);
            _faults.Add(injected);
            display.WriteLine($"  {at,6:0.0} s  {injected.Fault,-18} {(injected.TookEffect ? "hit" : "missed")} {injected.Detail}; outage {injected.OutageSeconds:0.0} s; {_progress.Ok} ok, {_progress.Failed} failed, {_progress.Unknown} unknown");
        }
    }

    private static async Task Pause(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private RunReport Finish(IReadOnlyList<Verdict> verdicts, string? invalid)
    {
        var report = new RunReport
        {
            Plan = plan,
            Faults = _faults,
            Verdicts = [.. verdicts, .. _survived],
            Invalid = invalid,
            Acknowledged = _progress.Ok,
            Failed = _progress.Failed,
            Unknown = _progress.Unknown,
        };
        report.Write(folder);
        foreach (string line in report.Lines())
        {
            display.WriteLine(line);
        }

        return report;
    }
}
