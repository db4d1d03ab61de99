using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// A leader whose disk stalls, or that alone can't reach a voter or teach a learner, lets another lead: it is the odd one. Where all
/// disks stall, leadership moves no oftener than each <c>replace-after</c>; where the next leader can't reach that voter either, six times
/// seldomer, and to each in turn.
/// </summary>
internal sealed class LeadershipRule : IMembershipRule
{
    /// <summary>A leader that never heard the voter in its term may have been handed over to because of it.</summary>
    private const int UnheardPatience = 6;

    public MembershipStep? Next(MembershipDraft draft)
    {
        if (Why(draft) is not { } why)
        {
            return null;
        }

        if (Successor(draft) is { } target)
        {
            return new HandOverStep(target, why);
        }

        draft.Await(draft.Input.Leader, $"{why}; no other voter is caught up and well");
        return null;
    }

    /// <summary>
    /// A voter that may lead: alive, caught up, not slow, and none that is to lose its vote. One that got its vote in this operation
    /// only where there is no other: it has just started, and its first election takes longest. Of equals the next one by its id, so
    /// that each has its turn.
    /// </summary>
    public static NodeId? Successor(MembershipDraft draft) => draft.Voters
        .Where(node => node != draft.Input.Leader
            && draft.IsAlive(node)
            && draft.MarkOf(node) is MemberMark.Member or MemberMark.Requested
            && draft.Contact(node) is { IsCaughtUp: true, IsSlow: false }
            && !IsToGo(draft.Operation, node))
        .OrderBy(node => draft.Operation?.Promote.Contains(node) ?? false)
        .ThenBy(node => node.CompareTo(draft.Input.Leader) < 0)
        .ThenBy(node => node)
        .Select(node => (NodeId?)node).FirstOrDefault();

    private static bool IsToGo(MembershipOperation? operation, NodeId node) => operation is not null
        && (operation.Undoing ? operation.Promote : operation.Remove).Contains(node);

    private static string? Why(MembershipDraft draft)
    {
        if (draft.Contact(draft.Input.Leader).IsSlow && draft.Input.TermAgeMilliseconds >= draft.Input.Times.ReplaceAfter)
        {
            return $"the disk of leader {draft.NameOf(draft.Input.Leader)} stalls";
        }

        foreach (var node in draft.Input.Members.Keys.Where(node => node != draft.Input.Leader && draft.MarkOf(node) != MemberMark.Lost))
        {
            var contact = draft.Contact(node);
            var patience = !draft.Voters.Contains(node) ? draft.Input.Times.StartGrace
                : contact.IsHeard ? draft.Input.Times.ReplaceAfter
                : draft.Input.Times.ReplaceAfter * UnheardPatience;
            if (contact.Others == PeerVerdict.Heard && contact.SilentForMilliseconds >= patience)
            {
                return $"leader {draft.NameOf(draft.Input.Leader)} alone can't reach member {draft.NameOf(node)}";
            }
        }

        return null;
    }
}
