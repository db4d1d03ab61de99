namespace StateServer.Domain.Membership.Changes;

/// <summary>Since when redundancy is full, or isn't.</summary>
internal static class RedundancyRules
{
    /// <summary>Notes the moments that full redundancy is lost, and that it is back.</summary>
    public static void Note(MembershipDraft draft)
    {
        var state = draft.State;
        var isFull = IsFull(draft);
        var shortSince = isFull ? 0 : Begun(state.ShortSinceMilliseconds, draft.Timestamp);
        var fullSince = isFull && state.Target > 0 ? Begun(state.FullSinceMilliseconds, draft.Timestamp) : 0;
        if (shortSince != state.ShortSinceMilliseconds || fullSince != state.FullSinceMilliseconds)
        {
            draft.State = state with { ShortSinceMilliseconds = shortSince, FullSinceMilliseconds = fullSince };
        }
    }

    /// <summary>When it began, or now where it begins.</summary>
    private static long Begun(long since, long now) => since != 0 ? since : Math.Max(1, now);

    private static bool IsFull(MembershipDraft draft)
    {
        var state = draft.State;
        return state.Target == 0
            || (state.Voters.Count == state.Target && state.Operation is null
                && state.Voters.All(voter => draft.MarkOf(voter) != MemberMark.Lost));
    }
}
