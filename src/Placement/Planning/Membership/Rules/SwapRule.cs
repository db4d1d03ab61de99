using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// A lost voter's seat goes to its replacement, the dead vote first: two dead of four would be one too many. A leaving one's goes
/// the other way round. One at a time, and only once the newcomer is caught up.
/// </summary>
internal sealed class SwapRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        if (draft.Operation is not null)
        {
            return null;
        }

        var lost = draft.Stop is null ? draft.Seats.Lost(draft.Membership) : [];
        return Swap(draft, lost, false, "takes the place of lost member") ?? Swap(
            draft, draft.Seats.Leaving(draft.Membership), true, "takes the place of leaving member");
    }

    private static BeginOperationStep? Swap(MembershipDraft draft, IEnumerable<NodeId> leaving, bool promoteFirst, string what)
    {
        foreach (var old in leaving)
        {
            foreach (var newcomer in draft.Seats.ReplacementsOf(draft.Membership, old))
            {
                if (!draft.IsReady(newcomer))
                {
                    draft.Await(newcomer, $"it has {draft.Contact(newcomer).LearnedShare:P0} of the log, and is then to replace {draft.NameOf(old)}");
                    continue;
                }

                if (Quorum.Refusal(draft, [newcomer], [old], promoteFirst) is { } refusal)
                {
                    draft.Await(old, $"it can't be replaced now: {refusal}");
                    continue;
                }

                return new(OperationKind.Swap, [newcomer], [old], promoteFirst, $"member {draft.NameOf(newcomer)} {what} {draft.NameOf(old)}");
            }
        }

        return null;
    }
}
