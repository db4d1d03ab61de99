using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Whether anything is healed by itself, and what the leader decided of it.</summary>
internal static class HealingRules
{
    public static Rejection? Pause(MembershipDraft draft, SetHealingPauseCommand set)
    {
        if (!set.Paused)
        {
            if (draft.State.Pause is not null)
            {
                draft.State = draft.State with { Pause = null };
                draft.Tell(ModelEventKind.HealingResumed, "healing goes on");
            }

            return null;
        }

        if (set.UntilMilliseconds <= draft.Timestamp)
        {
            return MembershipRefusal.Invalid("a pause of healing would be over already: give a time to come");
        }

        var pause = new HealingPause(set.UntilMilliseconds, ModelLine.Of(set.Why));
        if (draft.State.Pause != pause)
        {
            draft.State = draft.State with { Pause = pause };
            var end = set.UntilMilliseconds == long.MaxValue
                ? "until it is resumed"
                : $"for {(set.UntilMilliseconds - draft.Timestamp + 999) / 1000} s";
            draft.Tell(ModelEventKind.HealingPaused, $"healing pauses {end}: {set.Why}");
        }

        return null;
    }

    public static Rejection? Note(MembershipDraft draft, NoteDecisionCommand note)
    {
        if (note.Member is not { } member)
        {
            draft.Tell(ModelEventKind.MembersDecided, note.Text);
            return null;
        }

        if (draft.Find(member) is { } missing)
        {
            return missing;
        }

        draft.Tell(ModelEventKind.MembersDecided, member, note.Text);
        return null;
    }
}
