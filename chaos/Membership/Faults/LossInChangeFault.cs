using StateServer.Chaos.Faults;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>An operator asks for more members, for fewer, or for another in one's place, and at a moment of chance the leader is killed, or all are killed and started again.</summary>
/// <param name="all">Whether all are.</param>
internal sealed class LossInChangeFault(bool all) : IMembershipFault
{
    /// <summary>From before the newcomers are launched to after their votes.</summary>
    private const double LongestSeconds = 7;

    private const int MostVoters = 7;

    public string Name => all ? "restart-all-in-change" : "lose-leader-in-change";

    public string Description => $"{(all ? "kill -9 and restart of all members" : "kill -9 of the leader for good")} while the cluster grows, shrinks or swaps a member";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } members)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        string asked = await AskAsync(context, members, cancellationToken);
        await MomentAsync(context, cancellationToken);
        return all ? await RestartAsync(context, asked) : await LoseLeaderAsync(context, asked, cancellationToken);
    }

    /// <summary>Any moment of the whole, or as often one in which votes change: that takes a few tenths of a second of it.</summary>
    private static async Task MomentAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (context.Random.Next(2) == 0)
        {
            await MembershipContext.HoldAsync(context.Between(0, LongestSeconds), cancellationToken);
            return;
        }

        await context.Cluster.AwaitAsync(answer => answer.Operation.Length > 0, MembershipContext.Patience, cancellationToken);
        await MembershipContext.HoldAsync(context.Between(0, 0.2), cancellationToken);
    }

    private static async Task<string> AskAsync(MembershipContext context, IReadOnlyList<Member> members, CancellationToken cancellationToken)
    {
        int target = (await context.Cluster.ListAsync(cancellationToken))?.Target ?? context.Voters;
        int wanted = target > context.Voters ? context.Voters : Math.Min(context.Voters + 2, MostVoters);
        if (wanted != target && context.Random.Next(3) > 0)
        {
            await context.Cluster.VerbAsync(cancellationToken, "ensure-availability", "-n", $"{wanted}", "--no-wait");
            return $"from {target} to {wanted}";
        }

        Member leaving = context.Choose(members, leads: context.Random.Next(2) == 0) ?? members[0];
        await context.Cluster.AskAsync((client, options) => client.ReplaceMemberAsync(new ReplaceMemberRequest { Member = leaving.Name }, options), cancellationToken);
        return $"in place of {leaving.Name}";
    }

    private static async Task<FaultEffect> LoseLeaderAsync(MembershipContext context, string asked, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } members || context.Choose(members, leads: true) is not { } leader)
        {
            return new FaultEffect(false, $"{asked}: nobody to be missed led");
        }

        return new FaultEffect(await context.KillAsync(leader), $"{asked}, {leader.Name}");
    }

    private static async Task<FaultEffect> RestartAsync(MembershipContext context, string asked)
    {
        ServerProcess[] processes = [.. context.Cluster.Processes()];
        var starts = processes.Select(process => HealingCluster.StartOf(process)).ToList();
        bool gone = await HealingCluster.KillAsync(processes);
        starts.ForEach(start => context.Cluster.Start(start));
        return new FaultEffect(gone, $"{asked}, {processes.Length} processes");
    }
}
