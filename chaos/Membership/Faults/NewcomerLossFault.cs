using StateServer.Chaos.Faults;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>A member is killed for good, and so is its replacement: while it starts, while it learns, or with its first vote, by chance.</summary>
internal sealed class NewcomerLossFault : IMembershipFault
{
    private static readonly string[] Moments = ["starting", "learning", "voting"];

    public string Name => "lose-replacement";

    public string Description => "kill -9 for good of a follower, and of its replacement while it starts, while it learns, or within 1 s of its first vote";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } before || context.Choose(before.Members, leads: false) is not { } victim)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        bool gone = await context.KillAsync(victim);
        if (await context.NewcomerAsync(victim, cancellationToken) is not { } came)
        {
            return new FaultEffect(false, $"nobody came for {victim.Name}");
        }

        (Member newcomer, ServerProcess process) = came;

        // With a vote or without: the others must be a majority without it, since it is about to get one.
        await MomentAsync(context, newcomer, cancellationToken);
        string phase = "";
        bool mayGo = await context.Cluster.AwaitAsync(
            answer =>
            {
                phase = answer.Members.FirstOrDefault(member => member.Id == newcomer.Id)?.Phase ?? "gone";
                return context.KeepsQuorum(answer, 0, newcomer.Id);
            },
            MembershipContext.Patience,
            cancellationToken,
            MembershipContext.Glance) is not null;
        if (!mayGo)
        {
            return new FaultEffect(false, $"{victim.Name} alone: its replacement was never to be missed");
        }

        gone &= await HealingCluster.KillAsync([process]);
        return new FaultEffect(gone, $"{victim.Name}, and {newcomer.Name} that took its place: {phase}");
    }

    private static async Task MomentAsync(MembershipContext context, Member newcomer, CancellationToken cancellationToken)
    {
        int moment = context.Random.Next(Moments.Length);
        if (moment > 0)
        {
            await context.Cluster.AwaitAsync(
                answer => answer.Members.Any(member => member.Id == newcomer.Id && Array.IndexOf(Moments, member.Phase) >= moment),
                MembershipContext.Patience,
                cancellationToken,
                MembershipContext.Glance);
        }

        await MembershipContext.HoldAsync(moment == 1 ? context.Between(0, 0.05) : context.Between(0, 1), cancellationToken);
    }
}
