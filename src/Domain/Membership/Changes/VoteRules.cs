using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Membership.Changes;

/// <summary>What a configuration entry changes: it is a fact, and nothing refuses it.</summary>
internal static class VoteRules
{
    public static void Apply(MembershipDraft draft, ImmutableSortedSet<NodeId> voters)
    {
        var before = draft.State.Voters;
        if (before.SetEquals(voters))
        {
            return;
        }

        draft.State = draft.State with { Voters = voters };
        foreach (var node in voters.Except(before))
        {
            draft.ChangedMembers.Add(node);
            Promoted(draft, node, isFirst: before.IsEmpty);
        }

        if (before.IsEmpty)
        {
            NoteLearners(draft);
        }

        foreach (var node in before.Except(voters))
        {
            draft.ChangedMembers.Add(node);
            Demoted(draft, node);
        }
    }

    /// <summary>Who was taken in before anybody had to be expected, and has no vote, is a newcomer like any other.</summary>
    private static void NoteLearners(MembershipDraft draft)
    {
        foreach (var node in draft.Members.Keys.Where(node => !draft.State.Voters.Contains(node)))
        {
            if (draft.MarkOf(node) == MemberMark.Member)
            {
                draft.Mark(node, MemberMark.Requested, "it was taken in before members were expected");
            }
        }
    }

    private static void Promoted(MembershipDraft draft, NodeId node, bool isFirst)
    {
        JoinRules.NoteRunning(draft, node);
        if (draft.MarkOf(node) == MemberMark.Requested)
        {
            draft.Mark(node, MemberMark.Member, draft.StandingOf(node).Reason);
        }

        Settle(draft, node);

        if (!isFirst)
        {
            draft.Tell(ModelEventKind.MemberPromoted, node, $"it votes: {draft.State.Voters.Count} do");
        }
    }

    /// <summary>
    /// Whoever gets a vote that nobody gives it up for takes no place of another's any more: the one that it was to replace may come
    /// to need a replacement again.
    /// </summary>
    private static void Settle(MembershipDraft draft, NodeId node)
    {
        if (draft.Standings.TryGet(node, out var standing) && standing.Replaces is { } old
            && !(draft.State.Operation is { } operation && operation.Promote.Contains(node) && operation.Remove.Contains(old)))
        {
            draft.Standings.Set(standing with { Replaces = null });
        }
    }

    /// <summary>One that an operation gave a vote, and takes it back from, is a newcomer again; any other one is to go.</summary>
    private static void Demoted(MembershipDraft draft, NodeId node)
    {
        if (draft.MarkOf(node) == MemberMark.Member)
        {
            var isNewcomer = draft.State.Operation is { Undoing: true } operation && operation.Promote.Contains(node);
            draft.Mark(node, isNewcomer ? MemberMark.Requested : MemberMark.Leaving, "it lost its vote");
        }

        draft.Tell(ModelEventKind.MemberDemoted, node, $"it votes no more: {draft.State.Voters.Count} do");
    }
}
