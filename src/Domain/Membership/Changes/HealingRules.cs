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
            Resume(draft);
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

    /// <summary>An operator's word ends what the guard counted, too: it is what keeps healing from going on, and only time would else.</summary>
    private static void Resume(MembershipDraft draft)
    {
        var counted = draft.State.Replacements.Length;
        if (draft.State.Pause is null && counted == 0)
        {
            return;
        }

        draft.State = draft.State with { Pause = null, Replacements = [] };
        var anew = counted == 1 ? ", and 1 replacement counts no more" : $", and {counted} replacements count no more";
        draft.Tell(ModelEventKind.HealingResumed, $"healing goes on{(counted == 0 ? "" : anew)}");
    }
}
