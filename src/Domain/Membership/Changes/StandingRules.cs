using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Members' losses, returns and announced stops.</summary>
internal static class StandingRules
{
    public static Rejection? Lose(MembershipDraft draft, MarkMemberLostCommand lost)
    {
        if (draft.Find(lost.Id) is { } missing)
        {
            return missing;
        }

        var standing = draft.StandingOf(lost.Id);
        if (standing.Mark == MemberMark.Lost)
        {
            return null;
        }

        if (draft.Timestamp < standing.AwayUntilMilliseconds)
        {
            return MembershipRefusal.Conflict(
                $"member {standing.Name} can't be lost: it announced its stop, and is expected back for "
                + $"{Seconds(standing.AwayUntilMilliseconds - draft.Timestamp)} s more");
        }

        draft.Mark(lost.Id, MemberMark.Lost, lost.Reason);
        draft.Tell(ModelEventKind.MemberLost, lost.Id, lost.Reason);
        return null;
    }

    public static Rejection? Return(MembershipDraft draft, NodeId id)
    {
        if (draft.Find(id) is { } missing)
        {
            return missing;
        }

        var standing = draft.StandingOf(id);
        if (standing.Mark != MemberMark.Lost && standing.AwayUntilMilliseconds == 0)
        {
            return null;
        }

        if (draft.State.Operation is { Undoing: false } operation && operation.Remove.Contains(id))
        {
            return MembershipRefusal.Conflict($"member {standing.Name} can't return: operation {operation.Id} takes its vote");
        }

        if (standing.Mark == MemberMark.Lost)
        {
            draft.Mark(id, draft.State.Voters.Contains(id) ? MemberMark.Member : MemberMark.Requested, "it is heard again");
        }

        draft.Standings.Set(draft.StandingOf(id) with { AwayUntilMilliseconds = 0 });
        draft.Tell(ModelEventKind.MemberReturned, id, "it is heard again");
        return null;
    }

    public static Rejection? Replace(MembershipDraft draft, ReplaceMemberCommand replace)
    {
        if (draft.Find(replace.Id) is { } missing)
        {
            return missing;
        }

        if (!draft.State.Voters.Contains(replace.Id))
        {
            return MembershipRefusal.Conflict($"member {draft.NameOf(replace.Id)} has no vote: remove it instead");
        }

        if (draft.MarkOf(replace.Id) == MemberMark.Member)
        {
            draft.Mark(replace.Id, MemberMark.Leaving, replace.Reason);
            draft.Tell(ModelEventKind.MemberLeaving, replace.Id, $"it is to be replaced: {replace.Reason}");
        }

        return null;
    }

    public static Rejection? Announce(MembershipDraft draft, AnnounceStopCommand stop)
    {
        if (draft.Find(stop.Id) is { } missing)
        {
            return missing;
        }

        var standing = draft.StandingOf(stop.Id);
        var until = stop.UntilMilliseconds <= draft.Timestamp
            ? 0
            : Math.Min(stop.UntilMilliseconds, draft.Timestamp + MembershipLimits.LongestAwayMilliseconds);
        if (until != standing.AwayUntilMilliseconds)
        {
            draft.Standings.Set(standing with { AwayUntilMilliseconds = until });
            draft.Tell(
                ModelEventKind.MemberAway,
                stop.Id,
                until == 0 ? "its announced stop is over" : $"it stops, and is expected back within {Seconds(until - draft.Timestamp)} s");
        }

        return null;
    }

    private static long Seconds(long milliseconds) => (milliseconds + 999) / 1000;
}
