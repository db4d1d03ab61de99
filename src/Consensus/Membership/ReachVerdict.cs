namespace StateServer.Consensus.Membership;

/// <summary>What voters said when they were asked whether they reach a member.</summary>
public enum ReachVerdict
{
    /// <summary>Nobody reaches it, and one that was asked did not answer.</summary>
    Unknown = 0,

    /// <summary>All that were asked tried in vain; or there is nobody to ask.</summary>
    Silent = 1,

    /// <summary>One of them reaches it, and it takes part.</summary>
    Heard = 2,
}
