namespace StateServer.Consensus.Membership;

/// <summary>Why a change of the voters, or of the leader, did not come about.</summary>
public enum VoterChangeFailure
{
    /// <summary>This member doesn't lead (any more), or is handing over; nothing was changed.</summary>
    NotLeading,

    /// <summary>It must not be made now; nothing was changed.</summary>
    Refused,

    /// <summary>The log has no space for it; nothing was changed.</summary>
    NoSpace,

    /// <summary>It was appended, and leadership or the time ended: it may or may not be so. Asking the next leader for the same is safe.</summary>
    Unsettled,
}
