namespace StateServer.Consensus.Raft;

/// <summary>
/// A change of the voters was appended, and leadership ended before it was committed: it may or may not be. Whoever leads next
/// sees which in its own configuration; asking for the same change again is safe.
/// </summary>
internal sealed class UnsettledChangeException(EntryPosition position)
    : Exception($"leadership of term {position.Term} ended before the change of the voters at {position.Index} was committed")
{
    /// <summary>The entry.</summary>
    public EntryPosition Position => position;
}
