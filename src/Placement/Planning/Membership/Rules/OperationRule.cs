using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// The operation under way goes on, whoever began it: its next change as soon as that can be made. Where it can't be made any
/// more, or not for too long, it ends before its first change, and after it another newcomer takes the dead one's place or the
/// operation is undone.
/// </summary>
internal sealed class OperationRule : IMembershipRule
{
    /// <summary>How long a new leader looks before it judges that an operation stands still: the followers and learners find it within that.</summary>
    private const long LookAround = 5_000;

    public MembershipStep? Next(MembershipDraft draft)
    {
        if (draft.Operation is not { } operation)
        {
            return null;
        }

        if (operation.NextChange(draft.Voters) is not { } change)
        {
            return new FinishOperationStep(operation.Id);
        }

        var obstacle = Obstacle(draft, change, operation.Undoing);
        if (!operation.Undoing && (DeadBeyondUse(draft, operation, change) ?? StandsStill(draft, operation, change, obstacle)) is { } failure)
        {
            if (Mend(draft, operation, change, failure) is { } mend)
            {
                return mend;
            }

            obstacle ??= failure;
        }

        if (obstacle is null)
        {
            return change.Kind == VoteChangeKind.Remove && change.Node == draft.Input.Leader
                ? new HandOverStep(LeadershipRule.Successor(draft)!.Value, $"operation {operation.Id} takes the vote of leader {draft.NameOf(draft.Input.Leader)}")
                : new ChangeVoteStep(operation.Id, change.Node, change.Kind == VoteChangeKind.Promote);
        }

        draft.Await(change.Node, $"operation {operation.Id} waits: {obstacle}");
        return null;
    }

    /// <summary>Null, or why a change can't be made at present. A lost member gets its vote back by an undone operation alone, where it is heard again.</summary>
    private static string? Obstacle(MembershipDraft draft, VoteChange change, bool isUndone)
    {
        var promotes = change.Kind == VoteChangeKind.Promote;
        var obstacle = promotes && !isUndone && draft.MarkOf(change.Node) == MemberMark.Lost ? $"member {draft.NameOf(change.Node)} is lost"
            : promotes && !(draft.IsAlive(change.Node) && draft.Contact(change.Node).IsCaughtUp) ? $"member {draft.NameOf(change.Node)} is not caught up"
            : null;
        if (obstacle is not null)
        {
            return obstacle;
        }

        if (Quorum.Refusal(draft, draft.Voters, change.Node, promotes) is { } refusal)
        {
            draft.Hold("quorum");
            return refusal;
        }

        return !promotes && change.Node == draft.Input.Leader && LeadershipRule.Successor(draft) is null
            ? "this leader is to lose its vote, and no other voter is caught up and well"
            : null;
    }

    /// <summary>A newcomer of the operation that will never do, whatever could be done next.</summary>
    private static string? DeadBeyondUse(MembershipDraft draft, MembershipOperation operation, VoteChange change)
    {
        // One that has its vote by now and dies is the next loss; only where a live voter would go for it does it matter here.
        var matter = operation.Promote.Where(node => !draft.Voters.Contains(node)
            || (operation.PromoteFirst && change.Kind == VoteChangeKind.Remove));
        foreach (var node in matter)
        {
            if (draft.MarkOf(node) is MemberMark.Lost or MemberMark.Leaving || !draft.Membership.Standings.ContainsKey(node) && !draft.Input.Members.ContainsKey(node))
            {
                return $"member {draft.NameOf(node)} is lost";
            }
        }

        return null;
    }

    private static string? StandsStill(MembershipDraft draft, MembershipOperation operation, VoteChange change, string? obstacle)
    {
        var age = draft.Input.NowMilliseconds - operation.SinceMilliseconds;
        var isLate = age >= draft.Input.Times.TurnBack && draft.Input.TermAgeMilliseconds >= LookAround;
        var newcomer = operation.PromoteFirst && change.Kind == VoteChangeKind.Remove
            ? operation.Promote.Where(node => !draft.IsAlive(node)).Select(node => $"member {draft.NameOf(node)} is silent").FirstOrDefault()
            : null;
        var why = obstacle ?? newcomer ?? (draft.Input.Refused.Contains(change.Node) ? "its next change is refused" : null);
        return isLate && why is not null ? $"{why}, {age / 1000} s after it began" : null;
    }

    private static MembershipStep? Mend(MembershipDraft draft, MembershipOperation operation, VoteChange change, string why)
    {
        if (operation.IsUntouched(draft.Voters))
        {
            return new TurnOperationStep(operation.Id, why);
        }

        if (change.Kind == VoteChangeKind.Promote && Substitute(draft, operation) is { } other)
        {
            return new SubstituteStep(operation.Id, change.Node, other);
        }

        return operation.Kind != OperationKind.Shrink && CanUndo(draft, operation) ? new TurnOperationStep(operation.Id, why) : null;
    }

    /// <summary>A learner that is caught up: for the same loss first, else one for nobody's place.</summary>
    private static NodeId? Substitute(MembershipDraft draft, MembershipOperation operation) => draft.Seats.Newcomers
        .Where(node => !operation.Names(node) && !draft.Voters.Contains(node) && draft.IsReady(node))
        .Where(node => draft.Membership.Standings[node].Replaces is not { } replaced || operation.Remove.Contains(replaced))
        .OrderBy(node => draft.Membership.Standings[node].Replaces is null)
        .Select(node => (NodeId?)node).FirstOrDefault();

    private static bool CanUndo(MembershipDraft draft, MembershipOperation operation) =>
        (operation with { Undoing = true }).NextChange(draft.Voters) is { } back && Obstacle(draft, back, isUndone: true) is null;
}
