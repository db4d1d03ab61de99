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
        if (await context.MayLoseAsync(1, cancellationToken) is not { } answer)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        (string asked, bool isTaken) = await AskAsync(context, answer, cancellationToken);
        if (!isTaken)
        {
            return new FaultEffect(false, $"{asked}: refused");
        }

        await MomentAsync(context, cancellationToken);
        return all ? await RestartAsync(context, asked, cancellationToken) : await LoseLeaderAsync(context, asked, cancellationToken);
    }

    /// <summary>Any moment of the whole, or as often one in which votes change: that takes a few tenths of a second of it.</summary>
    private static async Task MomentAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (context.Random.Next(2) == 0)
        {
            await MembershipContext.HoldAsync(context.Between(0, LongestSeconds), cancellationToken);
            return;
        }

        await context.Cluster.AwaitAsync(answer => answer.Operation.Length > 0, MembershipContext.Patience, cancellationToken, MembershipContext.Glance);
        await MembershipContext.HoldAsync(context.Between(0, 0.1), cancellationToken);
    }

    /// <summary>Two more or two fewer than there are to be at the end, back from that, or another in a member's place.</summary>
    private static async Task<(string Asked, bool IsTaken)> AskAsync(MembershipContext context, ListMembersResponse answer, CancellationToken cancellationToken)
    {
        int away = context.Voters < MostVoters ? context.Voters + 2 : context.Voters - 2;
        int wanted = answer.Target == context.Voters ? away : context.Voters;
        if (context.Random.Next(3) > 0)
        {
            await context.Cluster.VerbAsync(cancellationToken, "ensure-availability", "-n", $"{wanted}", "--no-wait");
            return ($"from {answer.Target} to {wanted}", true);
        }

        Member leaving = context.Choose(answer.Members, leads: context.Random.Next(2) == 0) ?? answer.Members[0];
        return ($"in place of {leaving.Name}{(leaving.Leads ? ", which leads" : "")}", await context.ReplaceAsync(leaving, cancellationToken));
    }

    private static async Task<FaultEffect> LoseLeaderAsync(MembershipContext context, string asked, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } answer || context.Choose(answer.Members, leads: true) is not { } leader)
        {
            return new FaultEffect(false, $"{asked}: nobody to be missed led");
        }

        bool gone = await context.KillAsync(leader);
        string? middle = MembershipContext.UnderWay(answer);
        return new FaultEffect(gone && middle is not null, $"{asked}, {leader.Name} {(middle is null ? "when it was over" : $"while {middle}")}");
    }

    private static async Task<FaultEffect> RestartAsync(MembershipContext context, string asked, CancellationToken cancellationToken)
    {
        ServerProcess[] processes = [.. context.Cluster.Processes()];
        var starts = processes.Select(process => HealingCluster.StartOf(process)).ToList();
        string? middle = await context.Cluster.ListAsync(cancellationToken) is { } answer ? MembershipContext.UnderWay(answer) : null;
        bool gone = await HealingCluster.KillAsync(processes);
        starts.ForEach(start => context.Cluster.Start(start));
        return new FaultEffect(gone && middle is not null, $"{asked}, {processes.Length} processes {(middle is null ? "when it was over" : $"while {middle}")}");
    }
}
