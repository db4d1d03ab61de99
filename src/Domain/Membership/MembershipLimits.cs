namespace StateServer.Domain.Membership;

/// <summary>How much membership holds. Part of the replicated rules: a number may change only with the feature level.</summary>
public static class MembershipLimits
{
    /// <summary>Most voters: what Juju allows, and each more costs every write.</summary>
    public const int MostVoters = 7;

    /// <summary>The voters where an operator asks for no number and there are fewer: the least that survives a loss.</summary>
    public const int DefaultVoters = 3;

    /// <summary>Most members without a vote, those that are only expected included: as many as a leader teaches at once.</summary>
    public const int MostNewcomers = 8;

    /// <summary>
    /// Most ids that are remembered as removed: as many as a member's identity file holds. At a replacement an hour it takes two
    /// years to get there; past it, members can't be removed.
    /// </summary>
    public const int MostTombstones = 16_384;

    /// <summary>Most replacements whose times are remembered: more than twice the most voters.</summary>
    public const int MostReplacements = 16;

    /// <summary>Most zones that newcomers are asked into: one for each voter.</summary>
    public const int MostDirectives = MostVoters;

    /// <summary>Longest that an announced stop is no loss, in milliseconds from its announcement: an hour.</summary>
    public const long LongestAwayMilliseconds = 3_600_000;
}
