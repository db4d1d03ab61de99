namespace StateServer.Consensus.Raft;

/// <summary>An entry's place in the log; it is the same entry only while the term is the same.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Term">The term it was appended in.</param>
internal readonly record struct EntryPosition(long Index, long Term);
