namespace StateServer.Consensus.Leases;

/// <summary>What the leader says to a question about a lease.</summary>
internal enum LeaseVerdict
{
    /// <summary>It ran out, its end is on the way into the log, and it is too late to renew it: ask again in a moment.</summary>
    Ending,

    /// <summary>It is there; it was renewed, where that was asked for.</summary>
    Alive,

    /// <summary>There is no such lease. Clients take that for its end, so nothing else may look like it.</summary>
    NotFound,
}
