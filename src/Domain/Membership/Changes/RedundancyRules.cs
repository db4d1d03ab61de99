namespace StateServer.Domain.Membership.Changes;

/// <summary>Since when redundancy isn't full.</summary>
internal static class RedundancyRules
{
    /// <summary>Notes the moment that full redundancy is lost, and forgets it once it is back.</summary>
    public static void Note(MembershipDraft draft)
    {
        var state = draft.State;
        var since = IsFull(draft) ? 0 : state.ShortSinceMilliseconds != 0 ? state.ShortSinceMilliseconds : Math.Max(1, draft.Timestamp);
        if (since != state.ShortSinceMilliseconds)
        {
            draft.State = state with { ShortSinceMilliseconds = since };
        }
    }

    private static bool IsFull(MembershipDraft draft)
    {
        var state = draft.State;
        return state.Target == 0
            || (state.Voters.Count == state.Target && state.Operation is null
                && state.Voters.All(voter => draft.MarkOf(voter) != MemberMark.Lost));
    }
}
