using StateServer.Domain.Identity;

namespace StateServer.Domain.Outcomes;

/// <summary>A command without an answer of its own was done.</summary>
/// <param name="Revision">The keyspace's revision after it.</param>
public sealed record DoneOutcome(Revision Revision) : Outcome;
