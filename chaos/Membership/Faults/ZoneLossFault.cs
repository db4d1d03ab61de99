using StateServer.Chaos.Faults;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>A zone fails with all members in it, as long as a majority is left, and is healed when they have been replaced.</summary>
internal sealed class ZoneLossFault : IMembershipFault
{
    public string Name => "fail-zone";

    public string Description => "a zone fails with its members; it is healed when they were replaced";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        // One member more may be in it by the time it fails.
        if (await context.MayLoseAsync(1, cancellationToken) is not { } before)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        Member[] voters = [.. before.Members.Where(MembershipContext.IsVoter)];
        IGrouping<string, Member>[] zones =
        [
            .. voters.GroupBy(voter => voter.Zone).Where(zone => voters.Count(voter => voter.Zone != zone.Key && voter.Phase == "voting") > voters.Length / 2),
        ];
        if (zones.Length == 0)
        {
            return new FaultEffect(false, "every zone holds too many");
        }

        IGrouping<string, Member> failed = zones[context.Random.Next(zones.Length)];
        await context.Cluster.VerbAsync(cancellationToken, "local", "fail-zone", "--root", context.Cluster.Root, failed.Key);
        bool gone = failed.All(member => context.Cluster.ProcessOf(member) is null);
        bool replaced;
        try
        {
            replaced = await context.Cluster.AwaitAsync(
                answer => answer.Members.All(member => failed.All(lost => lost.Id != member.Id)), MembershipContext.Patience, cancellationToken) is not null;
        }
        finally
        {
            await context.Cluster.VerbAsync(CancellationToken.None, "local", "heal-zone", "--root", context.Cluster.Root, failed.Key);
        }

        return new FaultEffect(gone, $"{failed.Key} with {string.Join(' ', failed.Select(member => member.Name))}{(replaced ? "" : ": healed before all were replaced")}");
    }
}
