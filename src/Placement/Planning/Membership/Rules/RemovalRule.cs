using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// Who has no vote and no use goes for good: the lost and leaving ones, newcomers that nobody needs any more, and those that never
/// learn, in whose place another is asked for.
/// </summary>
internal sealed class RemovalRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        if (draft.Input.Model.IsRestored)
        {
            return null;
        }

        foreach (var node in draft.Seats.Leftover.Where(node => MayGo(draft, node)))
        {
            return new RemoveMemberStep(node, draft.MarkOf(node) == MemberMark.Lost
                ? $"lost: {draft.Membership.Standings[node].Reason}"
                : draft.Membership.Standings[node].Reason);
        }

        if (draft.Stop is null && draft.Seats.Newcomers.Where(node => LearnsNothing(draft, node) && MayGo(draft, node)).ToList() is [var slow, ..])
        {
            return new RemoveMemberStep(
                slow, $"it was not caught up within {draft.Input.Times.LearnGrace / 60_000.0:0.#} min, and has {draft.Contact(slow).LearnedShare:P0} of the log");
        }

        return Surplus(draft) is { } surplus && MayGo(draft, surplus)
            ? new RemoveMemberStep(surplus, $"{draft.Membership.Target} members are wanted, and it is not needed")
            : null;
    }

    /// <summary>It answers, so it isn't lost, and it is no use: its disk may be full, or slower than what is written.</summary>
    private static bool LearnsNothing(MembershipDraft draft, NodeId node) => draft.Contact(node).BehindForMilliseconds >= draft.Input.Times.LearnGrace;

    private static bool MayGo(MembershipDraft draft, NodeId node) =>
        !draft.Voters.Contains(node) && draft.Operation?.Names(node) != true && node != draft.Input.Leader;

    /// <summary>A newcomer beyond need: the one that is furthest from a vote, of equals the newest.</summary>
    private static NodeId? Surplus(MembershipDraft draft)
    {
        foreach (var lost in draft.Seats.Lost(draft.Membership).Concat(draft.Seats.Leaving(draft.Membership)))
        {
            var second = Ranked(draft, draft.Seats.ReplacementsOf(draft.Membership, lost)).Skip(1).ToList();
            if (second.Count > 0)
            {
                return second[^1];
            }
        }

        var needed = Math.Max(0, draft.Membership.Target - draft.Seats.Seated.Count);
        var free = Ranked(draft, draft.Seats.Free(draft.Membership)).ToList();
        if (free.Count == needed + 1 && RebalanceRule.IsOfUse(draft, free[^1]))
        {
            return null;
        }

        return free.Count > needed ? free[^1] : null;
    }

    private static IEnumerable<NodeId> Ranked(MembershipDraft draft, IEnumerable<NodeId> newcomers) => newcomers
        .OrderByDescending(node => draft.Operation?.Names(node) == true)
        .ThenByDescending(draft.IsReady)
        .ThenByDescending(node => draft.Input.Members.ContainsKey(node))
        .ThenBy(node => draft.Membership.Standings[node].SinceMilliseconds)
        .ThenBy(node => node);
}
