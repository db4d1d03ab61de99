using StateServer.Domain.Identity;

namespace StateServer.Domain.Outcomes;

/// <summary>A compaction was accepted.</summary>
/// <param name="Revision">The keyspace's current revision.</param>
public sealed record CompactOutcome(Revision Revision) : Outcome;
