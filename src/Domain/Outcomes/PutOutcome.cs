using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Domain.Outcomes;

/// <summary>A put was done.</summary>
/// <param name="Revision">The keyspace's revision after it.</param>
/// <param name="Previous">The version before it, where it was asked for and existed.</param>
public sealed record PutOutcome(Revision Revision, KeyValue? Previous) : Outcome;
