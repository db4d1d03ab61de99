using System.Diagnostics;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Runs;

/// <summary>Works through a schedule of faults and keeps what became of each. Used once.</summary>
internal sealed class FaultInjection(RunPlan plan, ClusterUnderTest cluster, ClusterObserver observer, RunProgress progress, ProgressDisplay display)
{
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A fault that holds longer is cut short. None does by itself, but for one that waits for members to start or to end: damage
    /// gives each victim 40 s to complain.
    /// </summary>
    private static readonly TimeSpan FaultLimit = TimeSpan.FromSeconds(60);

    private readonly List<InjectedFault> _injected = [];
    private readonly List<Verdict> _violations = [];
    private readonly long _started = Stopwatch.GetTimestamp();

    public IReadOnlyList<InjectedFault> Injected => _injected;

    /// <summary>What a member outlived, or a fault didn't undo.</summary>
    public IReadOnlyList<Verdict> Violations => _violations;

    /// <summary>Injects faults until the plan's minutes are over.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan end = TimeSpan.FromMinutes(plan.Minutes);
        Dictionary<string, IFault> faults = Catalogue.Faults.ToDictionary(f => f.Name);
        progress.TakeLongestOutage();
        foreach (ScheduledFault step in FaultSchedule.Draw(plan, name => faults[name].Layer))
        {
            if (Stopwatch.GetElapsedTime(_started) >= end || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await StepAsync(step, faults, cancellationToken);
        }
    }

    private async Task StepAsync(ScheduledFault step, Dictionary<string, IFault> faults, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FaultLimit);
        double at = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        display.Current = step.Companion is null ? step.Fault : $"{step.Fault} with {step.Companion}";
        Task<FaultEffect> first = InjectAsync(faults[step.Fault], step.Seed, limit.Token);
        Task<FaultEffect>? second = step.Companion is null ? null : InjectAsync(faults[step.Companion], step.CompanionSeed, limit.Token);
        FaultEffect effect = await first;
        FaultEffect? beside = second is null ? null : await second;
        if (cluster.Residue() is { } residue)
        {
            _violations.Add(new Verdict(step.Fault, Conclusion.Undecided, $"the fault was not undone: {residue}"));
            cluster.Restore();
        }

        // Mostly the next fault finds a healed cluster, now and then one that is still getting up.
        if (step.WaitForHealing)
        {
            await observer.WaitHealthyAsync(HealLimit, cancellationToken);
        }

        await FaultContext.HoldAsync(step.Pause, cancellationToken);
        double outage = progress.TakeLongestOutage().TotalSeconds;
        Keep(new InjectedFault(at, step.Fault, effect.TookEffect, effect.Detail, outage, step.Companion));
        if (beside is not null)
        {
            Keep(new InjectedFault(at, step.Companion!, beside.TookEffect, beside.Detail, outage, step.Fault));
        }

        display.Current = "";
        display.Faults = _injected.Count(f => f.TookEffect);
    }

    private void Keep(InjectedFault fault)
    {
        _injected.Add(fault);
        display.Line($"  {fault.AtSecond,6:0.0} s  {fault.Fault,-26} {(fault.TookEffect ? "hit" : "missed")} {fault.Detail}; outage {fault.OutageSeconds:0.0} s{(fault.Beside is null ? "" : $"; beside {fault.Beside}")}");
    }

    private async Task<FaultEffect> InjectAsync(IFault fault, int seed, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            return await fault.RunAsync(new FaultContext(cluster, observer, new Random(seed)), cancellationToken);
        }
        catch (FaultSurvivedException survived)
        {
            _violations.Add(new Verdict(fault.Name, Conclusion.Violated, survived.Message));
            return new FaultEffect(true, survived.Message);
        }
        catch (Exception failed) when (failed is IOException or InvalidOperationException or UnauthorizedAccessException or TimeoutException or System.ComponentModel.Win32Exception)
        {
            return new FaultEffect(false, $"could not be injected: {failed.Message}");
        }
    }
}
