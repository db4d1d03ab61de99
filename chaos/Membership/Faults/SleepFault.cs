using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>
/// A member is stopped for three times as long as it may be silent, and wakes after it was replaced. The provider, which would have ended
/// it, answers nobody meanwhile: its tombstone alone keeps it from doing harm.
/// </summary>
internal sealed class SleepFault : IMembershipFault
{
    private static readonly TimeSpan Retirement = TimeSpan.FromSeconds(20);

    public string Name => "sleep-past-replacement";

    public string Description => "SIGSTOP of a member until it was replaced, and SIGCONT while the provider can't end it: it must end by itself";

    public string? Unavailable => ProviderOutage.Unavailable;

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } before
            || context.Choose(before.Members, leads: context.Random.Next(2) == 0) is not { } victim
            || context.Cluster.ProcessOf(victim) is not { } process)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        TimeSpan asleep = HealingCluster.ReplaceAfter * 3;
        long? proof = ProcessProof.StartOf(process.Pid);
        Signals.Send(process.Pid, Signals.Stop);
        try
        {
            Task least = MembershipContext.HoldAsync(asleep, cancellationToken);
            if (await context.NewcomerAsync(victim, cancellationToken) is null)
            {
                return new FaultEffect(false, $"nobody came for {victim.Name}");
            }

            using ProviderOutage outage = await ProviderOutage.BeginAsync(context.Cluster, cancellationToken);
            bool replaced = await context.Cluster.AwaitAsync(
                answer => answer.Members.All(member => member.Id != victim.Id), MembershipContext.Patience, cancellationToken) is not null;
            await least;
            bool slept = ProcessProof.StateOf(process.Pid) == 'T';
            Signals.Send(process.Pid, Signals.Continue);
            if (replaced && slept && !await EndsAsync(process, cancellationToken))
            {
                throw new FaultSurvivedException($"{victim.Name} was removed while it slept, and ran on for {Retirement.TotalSeconds:0} s after it woke");
            }

            string role = victim.Leads ? ", which led" : "";
            return new FaultEffect(replaced && slept, $"{victim.Name}{role}{(!replaced ? ": it was not replaced" : slept ? "" : ": it was ended in its sleep")}");
        }
        finally
        {
            if (ProcessProof.StartOf(process.Pid) == proof)
            {
                Signals.Send(process.Pid, Signals.Continue);
            }
        }
    }

    private static async Task<bool> EndsAsync(ServerProcess process, CancellationToken cancellationToken)
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (ProcessProof.StartOf(process.Pid) is not null)
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(started) > Retirement)
            {
                return cancellationToken.IsCancellationRequested;
            }

            await Task.Delay(50, CancellationToken.None);
        }

        return true;
    }
}
