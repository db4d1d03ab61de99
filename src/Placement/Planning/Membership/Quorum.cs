using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership;

/// <summary>Whether the voters alive are a quorum before and after a change.</summary>
internal static class Quorum
{
    /// <summary>Null, or why one change can't be made now, with the numbers.</summary>
    public static string? Refusal(MembershipDraft draft, ImmutableSortedSet<NodeId> voters, NodeId node, bool promotes)
    {
        var after = promotes ? voters.Add(node) : voters.Remove(node);
        return Missing(draft, voters) ?? Missing(draft, after);
    }

    /// <summary>Null, or why a whole operation can't be made now.</summary>
    public static string? Refusal(MembershipDraft draft, IEnumerable<NodeId> promote, IEnumerable<NodeId> remove, bool promoteFirst)
    {
        var changes = promote.Select(node => (Node: node, Promotes: true)).ToList();
        changes.InsertRange(promoteFirst ? changes.Count : 0, remove.Select(node => (node, false)));
        var voters = draft.Voters;
        foreach (var (node, promotes) in changes)
        {
            if (Refusal(draft, voters, node, promotes) is { } refusal)
            {
                draft.Hold("quorum");
                return refusal;
            }

            voters = promotes ? voters.Add(node) : voters.Remove(node);
        }

        return null;
    }

    private static string? Missing(MembershipDraft draft, ImmutableSortedSet<NodeId> voters)
    {
        var alive = voters.Count(draft.IsAlive);
        var needed = (voters.Count / 2) + 1;
        return alive >= needed ? null : $"{alive} of {voters.Count} voters would be alive, and {needed} must be";
    }
}
