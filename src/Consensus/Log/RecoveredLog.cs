using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <summary>What <see cref="LogRecovery"/> found, all of it durable.</summary>
/// <param name="Segments">Oldest first, at least one.</param>
/// <param name="Terms">The term of every entry.</param>
/// <param name="Boundary">The entry before the first.</param>
/// <param name="CommitIndex">The highest commit index that a round names, at most the last index.</param>
/// <param name="Intent">The file of intents; what it announced is done.</param>
internal sealed record RecoveredLog(
    List<Segment> Segments, TermRuns Terms, EntryPosition Boundary, long CommitIndex, SlotFile Intent);
