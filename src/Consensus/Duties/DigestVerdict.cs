namespace StateServer.Consensus.Duties;

/// <summary>What the comparison says of one member.</summary>
internal enum DigestVerdict
{
    /// <summary>It agrees with all that could be compared.</summary>
    Agrees,

    /// <summary>A majority of the voters agrees with each other and not with it.</summary>
    Minority,

    /// <summary>It differs from others, and no majority agrees: who is right can't be told.</summary>
    Undecided,
}
