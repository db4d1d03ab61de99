using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>The one change of voters that is under way, as an intent: begun, turned, mended, ended. Its steps are configuration entries.</summary>
internal static class OperationRules
{
    public static Rejection? Begin(MembershipDraft draft, BeginOperationCommand begin)
    {
        if (OperationCheck.Check(draft, begin) is { } refused)
        {
            return refused;
        }

        var operation = new MembershipOperation(
            checked(draft.State.LastOperation + 1),
            begin.Kind,
            begin.Promote,
            begin.Remove,
            begin.PromoteFirst,
            Undoing: false,
            ModelLine.Of(begin.Reason),
            draft.Timestamp);
        draft.State = draft.State with { Operation = operation, LastOperation = operation.Id };
        SayLeaving(draft, operation);
        draft.Tell(ModelEventKind.OperationBegun, $"operation {operation.Id}: {OperationText.Of(operation, draft.NameOf)}: {begin.Reason}");
        return null;
    }

    public static Rejection? Turn(MembershipDraft draft, TurnOperationCommand turn)
    {
        if (Find(draft, turn.OperationId, out var operation) is { } missing)
        {
            return missing;
        }

        if (operation!.Undoing == turn.Undo)
        {
            return null;
        }

        if (operation.IsOver(draft.State.Voters))
        {
            return MembershipRefusal.Conflict($"operation {operation.Id} is over: it can't be turned any more");
        }

        if (turn.Undo)
        {
            SayStaying(draft, operation);
        }
        else
        {
            SayLeaving(draft, operation);
        }

        var turned = operation with { Undoing = turn.Undo, Reason = ModelLine.Of(turn.Reason) };
        var isEnded = turn.Undo && turned.IsOver(draft.State.Voters);
        draft.State = draft.State with { Operation = isEnded ? null : turned };
        var way = isEnded ? "given up before its first change" : turn.Undo ? "taken back" : "carried on after all";
        draft.Tell(ModelEventKind.OperationTurned, $"operation {operation.Id} is {way}: {turn.Reason}");
        return null;
    }

    public static Rejection? Substitute(MembershipDraft draft, SubstituteCommand substitute)
    {
        if (Find(draft, substitute.OperationId, out var operation) is { } missing)
        {
            return missing;
        }

        var old = substitute.Old;
        if (operation!.Undoing || !operation.Promote.Contains(old) || draft.State.Voters.Contains(old))
        {
            return MembershipRefusal.Conflict(
                $"member {draft.NameOf(old)} can't be substituted: operation {operation.Id} is not about to give it a vote");
        }

        if (operation.Names(substitute.New))
        {
            return MembershipRefusal.Conflict($"member {draft.NameOf(substitute.New)} takes part in operation {operation.Id} already");
        }

        if (OperationCheck.CheckNewcomer(draft, substitute.New) is { } refused)
        {
            return refused;
        }

        draft.State = draft.State with { Operation = operation with { Promote = operation.Promote.Replace(old, substitute.New) } };
        draft.Tell(
            ModelEventKind.MemberSubstituted,
            substitute.New,
            $"operation {operation.Id} gives it the vote that member {draft.NameOf(old)} was to get");
        return null;
    }

    public static Rejection? Finish(MembershipDraft draft, long id)
    {
        if (Find(draft, id, out var operation) is { } missing)
        {
            return missing;
        }

        if (operation!.NextChange(draft.State.Voters) is { } next)
        {
            var what = next.Kind == VoteChangeKind.Promote ? "still has to get a vote" : "still has to lose its vote";
            return MembershipRefusal.Conflict($"operation {id} is not over: member {draft.NameOf(next.Node)} {what}");
        }

        if (!operation.Undoing)
        {
            foreach (var gone in operation.Remove)
            {
                draft.Mark(gone, MemberMark.Leaving, operation.Reason);
            }
        }

        draft.State = draft.State with { Operation = null };
        draft.Tell(
            ModelEventKind.OperationFinished,
            $"operation {id} is {(operation.Undoing ? "taken back" : "done")}: {draft.State.Voters.Count} state servers vote");
        return null;
    }

    private static Rejection? Find(MembershipDraft draft, long id, out MembershipOperation? operation)
    {
        operation = draft.State.Operation;
        return operation?.Id == id
            ? null
            : MembershipRefusal.Conflict(
                operation is null ? $"operation {id} is not under way" : $"operation {id} is not under way, but {operation.Id}");
    }

    /// <summary>Those that lose their votes are leaving, unless they are lost. Who was leaving before does so for its own reason.</summary>
    private static void SayLeaving(MembershipDraft draft, MembershipOperation operation)
    {
        foreach (var node in operation.Remove)
        {
            if (draft.MarkOf(node) is not (MemberMark.Lost or MemberMark.Leaving))
            {
                draft.Mark(node, MemberMark.Leaving, operation.Reason);
            }
        }
    }

    /// <summary>
    /// Those that were leaving for this operation alone stay. Whom an operator wants replaced leaves by the next one: it is known by a
    /// newcomer that was asked for in its place, as nobody's is while it is well and stays.
    /// </summary>
    private static void SayStaying(MembershipDraft draft, MembershipOperation operation)
    {
        foreach (var node in operation.Remove)
        {
            if (draft.MarkOf(node) == MemberMark.Leaving && !draft.Standings.Values.Any(standing => standing.Replaces == node))
            {
                draft.Mark(node, MemberMark.Member, "it stays");
            }
        }
    }
}
