using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Rules;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Reconciliation.Membership;

namespace StateServer.Placement.Tests.Membership;

/// <summary>How a leader decides that has one wrong rule, and no audit that could stop it; the other bugs are the simulated cluster's own.</summary>
internal static class PlantedMinds
{
    public static MembershipMind Of(PlantedBug bug, int seed)
    {
        Random random = new(seed);
        MemberMint mint = new(() => (ulong)random.NextInt64(2, long.MaxValue));
        var mind = MembershipMind.Default with { Mint = mint };
        return bug switch
        {
            PlantedBug.None or PlantedBug.ReuseNodeId or PlantedBug.PromoteTooEarly or PlantedBug.ForgetTombstone
                or PlantedBug.LaunchTwice or PlantedBug.ForgetIntent => mind,
            _ => new([.. MembershipRules.All.Select(rule => Planted(bug, rule))], (_, _) => [], mint),
        };
    }

    private static IMembershipRule Planted(PlantedBug bug, IMembershipRule rule) => (bug, rule) switch
    {
        (PlantedBug.SameZone, NewcomerRule) => new WrongRule(draft => rule.Next(draft) is AddMemberStep { Replaces: { } lost } add
            && draft.ZoneOf(lost) is { } zone ? add with { Zone = zone } : rule.Next(draft)),
        (PlantedBug.BelieveOwnEars, LossRule) => new WrongRule(draft => rule.Next(With(
            draft, contact => contact with { Others = PeerVerdict.Silent, OthersSilentForMilliseconds = long.MaxValue }))),
        (PlantedBug.BelieveListings, LossRule) => new WrongRule(draft => draft.Voters
            .Where(node => node != draft.Input.Leader && draft.Contact(node).InstanceGone && draft.MarkOf(node) != MemberMark.Lost)
            .Select(node => new DeclareLostStep(node, "a listing says so")).FirstOrDefault() ?? rule.Next(draft)),
        (PlantedBug.ShrinkByTheLiving, ShrinkRule) => new WrongRule(draft => draft.Operation is null && draft.Voters.Count > draft.Membership.Target
            ? new BeginOperationStep(
                OperationKind.Shrink, [], [.. draft.Voters.Where(node => node != draft.Input.Leader).OrderByDescending(draft.IsAlive).Take(2)], false, "too many")
            : null),
        (PlantedBug.ShrinkByTheLiving or PlantedBug.NeverTurnBack, OperationRule) => new WrongRule(draft => rule.Next(draft) switch
        {
            TurnOperationStep or SubstituteStep when bug == PlantedBug.NeverTurnBack => null,
            null when bug == PlantedBug.ShrinkByTheLiving && draft.Operation is { Kind: OperationKind.Shrink } shrink
                && shrink.NextChange(draft.Voters) is { } change => new ChangeVoteStep(shrink.Id, change.Node, false),
            var right => right,
        }),
        (PlantedBug.ForgetGuard, NewcomerRule) => new WrongRule(draft => rule.Next(new(draft.Input with
        {
            Membership = draft.Membership with { Replacements = [] },
        }))),
        (PlantedBug.ReplaceTwice, NewcomerRule) => new WrongRule(draft => draft.Seats.Lost(draft.Membership) is [var lost, ..]
            && draft.Seats.ReplacementsOf(draft.Membership, lost).Count() == 1
            && draft.Input.Zones.FirstOrDefault(zone => zone.IsUsable && zone.Zone != draft.ZoneOf(lost)) is { } zone
            ? new AddMemberStep(zone.Zone, lost, "one more") : rule.Next(draft)),
        _ => rule,
    };

    private static MembershipDraft With(MembershipDraft draft, Func<MemberContact, MemberContact> change) => new(draft.Input with
    {
        Contact = draft.Input.Contact.SetItems(draft.Input.Contact.Select(contact => KeyValuePair.Create(contact.Key, change(contact.Value)))),
    });

    private sealed class WrongRule(Func<MembershipDraft, MembershipStep?> next) : IMembershipRule
    {
        public MembershipStep? Next(MembershipDraft draft) => next(draft);
    }
}
