using StateServer.Domain.Apply;

namespace StateServer.Consensus.Replica;

/// <summary>How far this member has applied the log, and the state there. Immutable; swapped after each entry.</summary>
/// <param name="Index">The last entry applied; entries without commands count.</param>
/// <param name="Term">Its term.</param>
/// <param name="State">The state after it.</param>
internal sealed record AppliedPoint(long Index, long Term, ReplicatedState State);
