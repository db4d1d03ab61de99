using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// Where votes are wanting, two newcomers get theirs back to back, once both are caught up; one where the count is even. Healing
/// goes before it.
/// </summary>
internal sealed class GrowthRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        if (draft.Operation is not null || draft.Voters.Count >= draft.Membership.Target)
        {
            return null;
        }

        if (draft.Seats.Lost(draft.Membership) is [var lost, ..])
        {
            draft.Await(null, $"growth waits until lost member {draft.NameOf(lost)} is replaced");
            return null;
        }

        var count = draft.Voters.Count % 2 == 0 ? 1 : 2;
        var ready = draft.Seats.Free(draft.Membership).Where(draft.IsReady).Take(count).ToImmutableArray();
        if (ready.Length < count)
        {
            draft.Await(null, $"{ready.Length} of {count} newcomers are caught up");
            return null;
        }

        if (Quorum.Refusal(draft, ready, Enumerable.Empty<NodeId>(), true) is { } refusal)
        {
            draft.Await(null, $"growth waits: {refusal}");
            return null;
        }

        return new BeginOperationStep(
            OperationKind.Grow, ready, [], true, $"from {draft.Voters.Count} to {draft.Voters.Count + count} of {draft.Membership.Target} voters");
    }
}
