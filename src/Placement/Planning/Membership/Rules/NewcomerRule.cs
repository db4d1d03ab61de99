using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// Asks for members that are wanting: one in each lost one's place, as the guard allows; one in each leaving one's; then for
/// growth. Their launching and learning holds nothing up.
/// </summary>
internal sealed class NewcomerRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        if (draft.Membership.Standings.Values.Count(standing => !draft.Voters.Contains(standing.Id)) >= MembershipLimits.MostNewcomers)
        {
            draft.Await(null, $"there are {MembershipLimits.MostNewcomers} members without a vote, and no more at once");
            return null;
        }

        var isLostWaiting = false;
        foreach (var lost in draft.Seats.Lost(draft.Membership))
        {
            if (!draft.Seats.ReplacementsOf(draft.Membership, lost).Any())
            {
                if (Replace(draft, lost) is { } replacement)
                {
                    return replacement;
                }

                isLostWaiting = true;
            }
        }

        // What an operator wants is held back by no guard; growth waits until the lost ones are replaced.
        foreach (var leaving in draft.Seats.Leaving(draft.Membership))
        {
            if (!draft.Seats.ReplacementsOf(draft.Membership, leaving).Any())
            {
                return Add(draft, leaving, null, "takes the place of a leaving member");
            }
        }

        var wanting = draft.Membership.Target - draft.Seats.Seated.Count - draft.Seats.Free(draft.Membership).Length;
        return wanting > 0 && !isLostWaiting ? Add(draft, null, null, $"{draft.Membership.Target} members are wanted") : null;
    }

    private static AddMemberStep? Replace(MembershipDraft draft, NodeId lost)
    {
        if (draft.Stop is { } stop)
        {
            draft.Await(lost, $"it is not replaced: {stop.Why}");
            return null;
        }

        var recent = draft.Membership.Replacements.Count(at => at > draft.Input.NowMilliseconds - MembershipTimes.GuardWindow);
        if (recent >= draft.Membership.Target)
        {
            draft.Hold("rate");
            draft.Await(lost, $"it is not replaced: {recent} replacements in the last hour, and {draft.Membership.Target} are the most; 'stateserver healing resume' lets it go on");
            return null;
        }

        return Add(draft, lost, draft.ZoneOf(lost), "takes the place of a lost member");
    }

    private static AddMemberStep? Add(MembershipDraft draft, NodeId? replaces, Zone? lostIn, string reason)
    {
        var choice = NewcomerZones.Choose(draft, null, replaces is null, lostIn);
        if (choice.Zone is not { } zone)
        {
            draft.Await(replaces, choice.Why, choice.Considered);
            return null;
        }

        AddMemberStep step = new(zone, replaces, $"{reason} ({Told(choice.Considered)})");
        draft.Consider(replaces, step.Tell(draft.NameOf), choice.Considered);
        return step;
    }

    /// <summary>The zones that were considered, for the event: who reads it later sees what the choice was made from.</summary>
    private static string Told(ImmutableArray<ZoneConsidered> zones) => string.Join(", ", zones.Select(zone =>
        $"{zone.Zone}: {(zone.Rule is null ? $"{zone.Group} member{(zone.Group == 1 ? "" : "s")}" : zone.Reason)}"));
}
