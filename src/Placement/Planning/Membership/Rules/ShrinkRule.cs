using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// Where there are too many votes, two go back to back, one where the count is even: first lost ones, then leaving ones, then from
/// the zone that is fullest at that point; the leader last.
/// </summary>
internal sealed class ShrinkRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        if (draft.Operation is not null || draft.Voters.Count <= draft.Membership.Target)
        {
            return null;
        }

        var count = draft.Voters.Count % 2 == 0 ? 1 : 2;
        var remove = Choose(draft, count);
        if (Quorum.Refusal(draft, Enumerable.Empty<NodeId>(), remove, false) is { } refusal)
        {
            draft.Await(null, $"shrinking waits: {refusal}");
            return null;
        }

        return new BeginOperationStep(
            OperationKind.Shrink, [], remove, false, $"from {draft.Voters.Count} to {draft.Voters.Count - count} of {draft.Membership.Target} voters");
    }

    private static ImmutableArray<NodeId> Choose(MembershipDraft draft, int count)
    {
        List<NodeId> left = [.. draft.Voters];
        var chosen = ImmutableArray.CreateBuilder<NodeId>(count);
        while (chosen.Count < count)
        {
            var next = left
                .OrderByDescending(node => draft.MarkOf(node) == MemberMark.Lost)
                .ThenByDescending(node => !draft.IsAlive(node))
                .ThenByDescending(node => draft.MarkOf(node) == MemberMark.Leaving)
                .ThenByDescending(node => left.Count(other => draft.ZoneOf(other) == draft.ZoneOf(node)))
                .ThenBy(node => node == draft.Input.Leader)
                .ThenByDescending(node => node)
                .First();
            left.Remove(next);
            chosen.Add(next);
        }

        return chosen.ToImmutable();
    }
}
