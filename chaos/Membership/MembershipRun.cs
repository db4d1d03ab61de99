using System.Diagnostics;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;
using StateServer.Chaos.Membership.Checkers;
using StateServer.Chaos.Membership.Faults;
using StateServer.Chaos.Runs;
using StateServer.Chaos.Workloads;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership;

/// <summary>One run of the workload <c>membership</c>: begin, warm up, take members away, wait until the cluster is whole again by itself, judge. Used once.</summary>
internal sealed class MembershipRun(RunPlan plan, string executable, string folder, TextWriter writer, bool terminal)
{
    private static readonly TimeSpan WarmUpLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan FaultLimit = TimeSpan.FromSeconds(120);

    /// <summary>Somebody leads again by then, whatever was harmed.</summary>
    private static readonly TimeSpan ResumeLimit = TimeSpan.FromSeconds(20);

    /// <summary>What a run may take beyond its minutes: starting, a last fault, healing, judging, stopping.</summary>
    private static readonly TimeSpan BeyondMinutes = TimeSpan.FromMinutes(8);

    private readonly RunProgress _progress = new();
    private readonly MembershipEvidence _evidence = new();
    private readonly List<InjectedFault> _injected = [];
    private readonly List<Verdict> _violations = [];

    public async Task<RunReport> RunAsync(CancellationToken stop)
    {
        await writer.WriteLineAsync($"seed {plan.Seed}: {plan.Members} members, {plan.Minutes:0.##} minutes of {string.Join(',', plan.Faults)} under {MembershipCatalogue.Workload}; results in {folder}");
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
        RunReport report = RunReport.Of(plan, _injected, [.. verdicts, .. _violations], invalid, _progress);
        await report.TellAsync(folder, writer);
        return report;
    }

    private async Task<(IReadOnlyList<Verdict> Verdicts, string? Invalid)> RunWithinAsync(CancellationToken cancellationToken)
    {
        HealingCluster cluster;
        try
        {
            cluster = await HealingCluster.CreateAsync(executable, folder, plan.Members, cancellationToken);
        }
        catch (Exception failed) when (failed is InvalidOperationException or OperationCanceledException)
        {
            return ([], $"the cluster did not come up: {failed.Message}");
        }

        (IReadOnlyList<Verdict> Verdicts, string? Invalid) result;
        await using (cluster)
        {
            result = await RunOnAsync(cluster, cancellationToken);
        }

        if (result.Invalid is null && result.Verdicts.Concat(_violations).All(verdict => verdict.Conclusion == Conclusion.Holds))
        {
            cluster.DropData();
        }

        return result;
    }

    private async Task<(IReadOnlyList<Verdict> Verdicts, string? Invalid)> RunOnAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        await using var display = new ProgressDisplay(writer, _progress, terminal, TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Verdict?> load = LoadAsync(cluster, end.Token);
        string? invalid;
        Verdict healing;
        try
        {
            invalid = await WarmUpAsync(cancellationToken) ? null : "there was no traffic before the first fault";
            await InjectAllAsync(cluster, display, cancellationToken);
            healing = await HealAsync(cluster, cancellationToken);
            await MembershipContext.HoldAsync(TimeSpan.FromSeconds(1), cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await load;
        }

        List<Verdict> verdicts = [healing, .. Seen()];
        if (await load is { } broken)
        {
            verdicts.Add(broken);
        }

        if (!cancellationToken.IsCancellationRequested && healing.Conclusion == Conclusion.Holds)
        {
            verdicts.AddRange(await FinalState.JudgeAsync(cluster, _evidence, cancellationToken));
        }

        verdicts.Add(KeptLogs.Inspect(cluster.Logs));
        return (verdicts, invalid ?? (_injected.Any(fault => fault.TookEffect) ? null : "no fault took effect"));
    }

    /// <summary>Null, or what broke the load: an answer that no member should give.</summary>
    private async Task<Verdict?> LoadAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            await new MembershipLoad(cluster, _evidence, _progress, plan.Clients, plan.Rate, plan.Seed).RunAsync(cancellationToken);
            return null;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return new Verdict("load", Conclusion.Violated, $"a client broke: {broken.GetType().Name}: {broken.Message}");
        }
    }

    /// <summary>What can be said of what was seen, whatever became of the cluster.</summary>
    private IEnumerable<Verdict> Seen() =>
    [
        LeaderChecker.Check([.. _evidence.Claims.Keys]),
        RemovedMemberChecker.Check([.. _evidence.Acknowledged, .. _evidence.Reads], _evidence.Removed),
        StaleReadChecker.Check(_evidence.Reads),
        ReplacementChecker.Check(_evidence.Replacements, _evidence.LostIn, _evidence.LaterAttempts.Count),
    ];

    private async Task<bool> WarmUpAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (_progress.Ok < plan.Rate && !cancellationToken.IsCancellationRequested)
        {
            if (Stopwatch.GetElapsedTime(started) > WarmUpLimit)
            {
                return false;
            }

            await MembershipContext.HoldAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
        }

        return true;
    }

    private async Task InjectAllAsync(HealingCluster cluster, ProgressDisplay display, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan end = TimeSpan.FromMinutes(plan.Minutes);
        _progress.TakeLongestOutage();
        foreach (ScheduledFault step in FaultSchedule.Draw(plan, _ => FaultLayer.Process))
        {
            if (Stopwatch.GetElapsedTime(started) >= end || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            double at = Stopwatch.GetElapsedTime(started).TotalSeconds;
            display.Current = step.Fault;
            FaultEffect effect = await InjectAsync(cluster, step, cancellationToken);

            await cluster.ResumeAsync(ResumeLimit, cancellationToken);
            if (step.WaitForHealing)
            {
                await cluster.WholeAsync(null, HealLimit, cancellationToken);
            }

            await MembershipContext.HoldAsync(step.Pause, cancellationToken);
            var injected = new InjectedFault(at, step.Fault, effect.TookEffect, effect.Detail, _progress.TakeLongestOutage().TotalSeconds);
            _injected.Add(injected);
            display.Line($"  {at,6:0.0} s  {step.Fault,-26} {(effect.TookEffect ? "hit" : "missed")} {effect.Detail}; outage {injected.OutageSeconds:0.0} s");
            display.Current = "";
            display.Faults = _injected.Count(fault => fault.TookEffect);
        }
    }

    private async Task<FaultEffect> InjectAsync(HealingCluster cluster, ScheduledFault step, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FaultLimit);
        try
        {
            return await MembershipCatalogue.Faults.Single(fault => fault.Name == step.Fault)
                .RunAsync(new MembershipContext(cluster, new Random(step.Seed), plan.Members), limit.Token);
        }
        catch (FaultSurvivedException survived)
        {
            _violations.Add(new Verdict(step.Fault, Conclusion.Violated, survived.Message));
            return new FaultEffect(true, survived.Message);
        }
        catch (Exception failed) when (failed is IOException or InvalidOperationException or OperationCanceledException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return new FaultEffect(false, $"could not be injected: {failed.Message}");
        }
    }

    /// <summary>Asks for the size that the run began with, and waits for full redundancy.</summary>
    private async Task<Verdict> HealAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        string asked = await AskForAllAsync(cluster, cancellationToken);
        if (await cluster.WholeAsync(plan.Members, HealLimit, cancellationToken) is not null)
        {
            return new Verdict("redundancy", Conclusion.Holds, $"{plan.Members} members voted {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the last fault");
        }

        ListMembersResponse? last = await cluster.ListAsync(CancellationToken.None);
        return Verdict.OfWait(
            "redundancy",
            came: false,
            $"not whole {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s after the last fault{asked}: {last?.ToString() ?? "nobody answers"}",
            cancellationToken);
    }

    /// <summary>Says how many members there are to be, until somebody takes it.</summary>
    /// <returns>Nothing, or why it could not be asked for.</returns>
    private async Task<string> AskForAllAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await cluster.ResumeAsync(ResumeLimit, cancellationToken);
                await cluster.VerbAsync(cancellationToken, "ensure-availability", "-n", $"{plan.Members}", "--no-wait");
                return "";
            }
            catch (Exception failed) when (failed is InvalidOperationException or OperationCanceledException)
            {
                if (Stopwatch.GetElapsedTime(started) > HealLimit || cancellationToken.IsCancellationRequested)
                {
                    return $"; it could not be asked for: {failed.Message}";
                }
            }
        }
    }
}
