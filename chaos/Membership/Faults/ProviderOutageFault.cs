using StateServer.Chaos.Faults;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>
/// A follower is killed for good while the provider is out of order: it hangs (each of its calls waits for ten seconds, and fails then), or
/// it errs (each launch fails at once). Meanwhile the loss is declared, and nobody comes.
/// </summary>
/// <param name="errs">Whether it errs.</param>
internal sealed class ProviderOutageFault(bool errs) : IMembershipFault
{
    public string Name => errs ? "provider-errors" : "provider-outage";

    public string Description =>
        $"kill -9 for good of a follower, while {(errs ? "each launch fails" : "the provider answers nobody")} until 2 to 20 s after the loss was declared";

    public string? Unavailable => errs ? null : ProviderOutage.Unavailable;

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        // Whole, so that no launch is under way that is none of this fault's.
        if (await context.MayLoseAsync(1, cancellationToken) is null
            || await context.Cluster.WholeAsync(null, MembershipContext.Patience, cancellationToken) is not { } before
            || context.Choose(before.Members, leads: false) is not { } victim)
        {
            return new FaultEffect(false, "it was never whole");
        }

        using IDisposable trouble = errs ? LaunchErrors.Begin(context.Cluster) : await ProviderOutage.BeginAsync(context.Cluster, cancellationToken);
        IReadOnlySet<string> machines = context.Cluster.MachineFolders();
        bool gone = await context.KillAsync(victim);
        bool declared = await context.Cluster.AwaitAsync(
            answer => answer.Members.Any(member => member.Id == victim.Id && member.Phase == "lost"), MembershipContext.Patience, cancellationToken) is not null;
        if (!declared)
        {
            return new FaultEffect(false, $"{victim.Name}: its loss was never declared");
        }

        await MembershipContext.HoldAsync(context.Between(2, 20), cancellationToken);
        ListMembersResponse? after = await context.Cluster.ListAsync(cancellationToken);
        bool waited = after is not null
            && after.Members.Any(member => member.HasReplaces && member.Replaces == victim.Id)
            && context.Cluster.MachineFolders().All(machines.Contains);
        return new FaultEffect(gone && waited, $"{victim.Name}{(waited ? "" : ": a machine was launched all the same, or none was asked for")}");
    }
}
