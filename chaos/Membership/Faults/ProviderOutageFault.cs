using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>A follower is killed for good while the provider answers nobody: each call waits for ten seconds, and fails then.</summary>
internal sealed class ProviderOutageFault : IMembershipFault
{
    public string Name => "provider-outage";

    public string Description => "kill -9 for good of a follower, while the provider answers nobody for 5 to 25 s";

    public string? Unavailable => ProviderOutage.Unavailable;

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } members || context.Choose(members, leads: false) is not { } victim)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        using ProviderOutage outage = await ProviderOutage.BeginAsync(context.Cluster, cancellationToken);
        bool gone = await context.KillAsync(victim);
        await MembershipContext.HoldAsync(context.Between(5, 25), cancellationToken);
        return new FaultEffect(gone, victim.Name);
    }
}
