using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>How many state servers an operator wants. The refusals are Juju's where it has one.</summary>
internal static class TargetRules
{
    public static Rejection? Set(MembershipDraft draft, SetTargetCommand set)
    {
        var target = set.Target == 0 ? Kept(draft) : set.Target;
        var asked = set.Wish.To.IsDefault ? set.Wish with { To = [] } : set.Wish;
        var refused = CheckCount(target) ?? CheckSingle(draft, target, set.Force) ?? CheckWish(draft, asked);
        if (refused is not null)
        {
            return refused;
        }

        var wish = IsNone(asked) ? draft.State.Wish : asked;
        if (target != draft.State.Target || !AreEqual(wish, draft.State.Wish))
        {
            draft.State = draft.State with { Target = target, Wish = wish };
            draft.Tell(ModelEventKind.TargetSet, $"{target} state servers are wanted");
        }

        return null;
    }

    /// <summary>What is wanted where an operator names no number; an even count that a cluster was begun with becomes the next odd one.</summary>
    private static int Kept(MembershipDraft draft)
    {
        var voters = draft.State.Voters.Count;
        var kept = draft.State.Target != 0 ? draft.State.Target : voters + 1 - (voters % 2);
        return Math.Max(MembershipLimits.DefaultVoters, kept);
    }

    private static Rejection? CheckCount(int target)
    {
        if (target < 0 || target % 2 == 0)
        {
            return MembershipRefusal.Invalid("number of state servers must be odd and non-negative");
        }

        return target > MembershipLimits.MostVoters
            ? MembershipRefusal.Invalid($"state server count is too large (allowed {MembershipLimits.MostVoters})")
            : null;
    }

    private static Rejection? CheckSingle(MembershipDraft draft, int target, bool force)
    {
        var now = Math.Max(draft.State.Target, draft.State.Voters.Count);
        return target == 1 && now > 1 && !force
            ? MembershipRefusal.Conflict($"cannot reduce state server count from {now} to 1: nothing would survive a loss; use --force")
            : null;
    }

    private static Rejection? CheckWish(MembershipDraft draft, MemberWish wish)
    {
        if (IsNone(wish))
        {
            return null;
        }

        if (draft.Model.Environment is null)
        {
            return MembershipRefusal.Conflict("there is no environment yet; bootstrap one first");
        }

        if (wish.To.Length > MembershipLimits.MostDirectives)
        {
            return MembershipRefusal.Invalid($"{wish.To.Length} placement directives: at most {MembershipLimits.MostDirectives}");
        }

        foreach (var directive in wish.To)
        {
            if (ArgumentCheck.MachineDirective(draft.Model, directive) is { } refused)
            {
                return refused;
            }
        }

        return (wish.Series is null ? null : ArgumentCheck.Name(wish.Series, "series"))
               ?? (wish.Constraints is null ? null : ArgumentCheck.Constraints(wish.Constraints));
    }

    private static bool IsNone(MemberWish wish) => wish.Series is null && wish.Constraints is null && wish.To.IsEmpty;

    /// <summary>By what they ask for: the hash tells constraints apart that are built anew.</summary>
    private static bool AreEqual(MemberWish one, MemberWish other) => Digests.MembershipHash.Of(one) == Digests.MembershipHash.Of(other);
}
