using System.Diagnostics;
using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>A follower is killed for good, and the leader too as it launches the replacement: what the provider answers is lost.</summary>
internal sealed class LostAnswerFault : IMembershipFault
{
    /// <summary>A launch takes some tens of milliseconds from its folder on.</summary>
    private const double LongestSeconds = 0.1;

    public string Name => "lose-launch-answer";

    public string Description => "kill -9 for good of a follower, and of the leader up to 100 ms after it began to launch the replacement";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(2, cancellationToken) is not { } members
            || context.Choose(members, leads: false) is not { } victim
            || context.Choose(members, leads: true) is not { } leader
            || context.Cluster.ProcessOf(leader) is not { } process)
        {
            return new FaultEffect(false, "two were never to be missed");
        }

        string machines = Path.Combine(context.Cluster.Root, "machines");
        HashSet<string> before = [.. Directory.EnumerateDirectories(machines)];
        bool gone = await context.KillAsync(victim);
        long started = Stopwatch.GetTimestamp();
        while (Directory.EnumerateDirectories(machines).All(before.Contains))
        {
            if (Stopwatch.GetElapsedTime(started) > MembershipContext.Patience || cancellationToken.IsCancellationRequested)
            {
                return new FaultEffect(false, $"nobody came for {victim.Name}");
            }

            await Task.Delay(2, CancellationToken.None);
        }

        await MembershipContext.HoldAsync(context.Between(0, LongestSeconds), cancellationToken);
        gone &= await HealingCluster.KillAsync([process]);
        return new FaultEffect(gone, $"{victim.Name} and {leader.Name}");
    }
}
