using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// When all is well and one zone has two more voters than another that has been seen usable for a while, one is moved: a learner
/// there first, then a swap. Never where an operator named the zones.
/// </summary>
internal sealed class RebalanceRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        if (!IsQuiet(draft) || Fullest(draft) is not { } fullest)
        {
            return null;
        }

        if (draft.Seats.Newcomers is [var newcomer])
        {
            return Swap(draft, newcomer, fullest);
        }

        return draft.Seats.Newcomers.IsEmpty ? Add(draft, fullest) : null;
    }

    /// <summary>True where a newcomer beyond need makes the spread better: it is kept.</summary>
    public static bool IsOfUse(MembershipDraft draft, NodeId newcomer) => draft.Membership.Wish.To.IsDefaultOrEmpty
        && draft.Voters.Count == draft.Membership.Target
        && Fullest(draft) is { } fullest
        && draft.ZoneOf(newcomer) is { } zone
        && In(draft, fullest) - In(draft, zone) > 1;

    private static bool IsQuiet(MembershipDraft draft) => draft.Operation is null
        && draft.Stop is null
        && draft.Membership.Wish.To.IsDefaultOrEmpty
        && draft.Voters.Count == draft.Membership.Target
        && draft.Voters.All(node => draft.IsAlive(node) && draft.MarkOf(node) == MemberMark.Member && draft.ZoneOf(node) is not null);

    private static BeginOperationStep? Swap(MembershipDraft draft, NodeId newcomer, Zone fullest)
    {
        if (!IsOfUse(draft, newcomer))
        {
            return null;
        }

        if (!draft.IsReady(newcomer))
        {
            draft.Await(newcomer, $"it has {draft.Contact(newcomer).LearnedShare:P0} of the log, and then takes a seat of zone {fullest}");
            return null;
        }

        var victim = draft.Voters.Where(node => draft.ZoneOf(node) == fullest)
            .OrderBy(node => node == draft.Input.Leader).ThenByDescending(node => node).First();
        if (Quorum.Refusal(draft, [newcomer], [victim], true) is { } refusal)
        {
            draft.Await(newcomer, refusal);
            return null;
        }

        return new(
            OperationKind.Swap, [newcomer], [victim], true, $"a seat moves from zone {fullest} to zone {draft.ZoneOf(newcomer)}");
    }

    private static AddMemberStep? Add(MembershipDraft draft, Zone fullest)
    {
        // Most looks find an even spread, and need no ranking.
        var most = In(draft, fullest);
        if (draft.Input.Zones.IsDefaultOrEmpty || draft.Input.Zones.All(sight => most - In(draft, sight.Zone) < 2))
        {
            return null;
        }

        var choice = NewcomerZones.Choose(draft, null, true, null);
        if (choice.Zone is not { } zone || most - In(draft, zone) < 2)
        {
            return null;
        }

        var proven = draft.Input.UsableForMilliseconds.GetValueOrDefault(zone);
        if (proven < draft.Input.Times.RebalanceAfter)
        {
            draft.Await(null, $"a seat of zone {fullest} moves to zone {zone} when that has been usable for {(draft.Input.Times.RebalanceAfter - proven + 999) / 1000} s more");
            return null;
        }

        AddMemberStep step = new(zone, null, $"zone {fullest} has {In(draft, fullest)} members and zone {zone} {In(draft, zone)}");
        draft.Consider(null, step.Tell(draft.NameOf), choice.Considered);
        return step;
    }

    private static Zone? Fullest(MembershipDraft draft) => draft.Voters
        .GroupBy(node => draft.ZoneOf(node)).OrderByDescending(zone => zone.Count()).ThenBy(zone => zone.Key).First().Key;

    private static int In(MembershipDraft draft, Zone zone) => draft.Voters.Count(node => draft.ZoneOf(node) == zone);
}
