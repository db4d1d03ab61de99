using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Whether an operation may begin. Null, or why not, with the numbers.</summary>
internal static class OperationCheck
{
    private const int MostChanges = 2;

    public static Rejection? Check(MembershipDraft draft, BeginOperationCommand begin)
    {
        var state = draft.State;
        if (state.Operation is { } other)
        {
            return MembershipRefusal.Conflict($"operation {other.Id} is under way: {OperationText.Of(other, draft.NameOf)}");
        }

        if (state.Target == 0)
        {
            return MembershipRefusal.Conflict("nobody said how many state servers there are to be: run ensure-availability first");
        }

        if (state.Voters.IsEmpty)
        {
            return MembershipRefusal.Conflict("who votes is not known yet");
        }

        return CheckShape(begin) ?? CheckCount(draft, begin) ?? CheckNodes(draft, begin);
    }

    /// <summary>A member that may get a vote.</summary>
    public static Rejection? CheckNewcomer(MembershipDraft draft, NodeId node)
    {
        if (draft.Find(node) is { } missing)
        {
            return missing;
        }

        var why = draft.State.Voters.Contains(node) ? "it has one"
            : !draft.Members.ContainsKey(node) ? "it was not taken in yet"
            : draft.MarkOf(node) == MemberMark.Lost ? "it is lost"
            : draft.MarkOf(node) == MemberMark.Leaving ? "it is leaving"
            : null;
        return why is null ? null : MembershipRefusal.Conflict($"member {draft.NameOf(node)} can't get a vote: {why}");
    }

    private static Rejection? CheckShape(BeginOperationCommand begin)
    {
        if (begin.Promote.IsDefault || begin.Remove.IsDefault)
        {
            return MembershipRefusal.Invalid("an operation needs its lists of members, empty ones too");
        }

        var (promote, remove) = (begin.Promote.Length, begin.Remove.Length);
        var isRight = begin.Kind switch
        {
            OperationKind.Grow => promote is >= 1 and <= MostChanges && remove == 0,
            OperationKind.Swap => promote == 1 && remove == 1,
            OperationKind.Shrink => promote == 0 && remove is >= 1 and <= MostChanges,
            _ => false,
        };
        if (!isRight)
        {
            return MembershipRefusal.Invalid(
                $"an operation of kind {(int)begin.Kind} gives {promote} votes and takes {remove}: "
                + "growth gives 1 or 2, a swap gives and takes 1, shrinking takes 1 or 2");
        }

        return begin.Promote.Concat(begin.Remove).Distinct().Count() == promote + remove
            ? null
            : MembershipRefusal.Invalid("an operation names a member twice");
    }

    /// <summary>It ends at an odd count, nearer to the target or at the same distance.</summary>
    private static Rejection? CheckCount(MembershipDraft draft, BeginOperationCommand begin)
    {
        var (voters, target) = (draft.State.Voters.Count, draft.State.Target);
        var after = voters + begin.Promote.Length - begin.Remove.Length;
        if (after < 1 || after % 2 == 0)
        {
            return MembershipRefusal.Conflict($"{voters} state servers would become {after}: operations end at an odd count");
        }

        if ((begin.Kind == OperationKind.Grow && after > target) || (begin.Kind == OperationKind.Shrink && after < target))
        {
            return MembershipRefusal.Conflict($"{voters} state servers would become {after}, and {target} are wanted");
        }

        return voters == 1 && begin.Kind == OperationKind.Swap && !begin.PromoteFirst
            ? MembershipRefusal.Conflict("the only state server can't lose its vote before another one has it")
            : null;
    }

    private static Rejection? CheckNodes(MembershipDraft draft, BeginOperationCommand begin)
    {
        foreach (var node in begin.Promote)
        {
            if (CheckNewcomer(draft, node) is { } refused)
            {
                return refused;
            }
        }

        foreach (var node in begin.Remove.Where(node => !draft.State.Voters.Contains(node)))
        {
            return draft.Find(node) ?? MembershipRefusal.Conflict($"member {draft.NameOf(node)} has no vote to lose");
        }

        return null;
    }
}
