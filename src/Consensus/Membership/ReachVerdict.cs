namespace StateServer.Consensus.Membership;

/// <summary>What voters said when they were asked whether they reach a member.</summary>
public enum ReachVerdict
{
    /// <summary>Nobody who could tell answered.</summary>
    Unknown = 0,

    /// <summary>All who answered tried in vain, one at least; or there is nobody to ask.</summary>
    Silent = 1,

    /// <summary>One of them reaches it, and it takes part.</summary>
    Heard = 2,
}
