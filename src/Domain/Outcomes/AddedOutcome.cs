using StateServer.Domain.Identity;

namespace StateServer.Domain.Outcomes;

/// <summary>Numbered things were added to the model: units of a service, or machines.</summary>
/// <param name="Revision">The keyspace's revision after it.</param>
/// <param name="First">The first one's number; the others follow it without a gap.</param>
/// <param name="Count">How many; 0 where none was asked for.</param>
public sealed record AddedOutcome(Revision Revision, int First, int Count) : Outcome;
