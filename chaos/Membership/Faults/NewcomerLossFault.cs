using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>A member is killed for good, and so is its replacement at a moment of chance: while it starts, while it learns, or with its first vote.</summary>
internal sealed class NewcomerLossFault : IMembershipFault
{
    private const double LongestSeconds = 5;

    public string Name => "lose-replacement";

    public string Description => "kill -9 for good of a follower, and of its replacement up to 5 s after that was launched";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } members || context.Choose(members, leads: false) is not { } victim)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        bool gone = await context.KillAsync(victim);
        if (await context.NewcomerAsync(victim, cancellationToken) is not { } newcomer)
        {
            return new FaultEffect(false, $"nobody came for {victim.Name}");
        }

        await MembershipContext.HoldAsync(context.Between(0, LongestSeconds), cancellationToken);
        if (await context.MayLoseAsync(1, cancellationToken) is null)
        {
            return new FaultEffect(gone, $"{victim.Name} alone");
        }

        gone &= await HealingCluster.KillAsync([newcomer]);
        return new FaultEffect(gone, $"{victim.Name} and machine {newcomer.Machine}");
    }
}
