using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Domain.Outcomes;

/// <summary>A range was read inside a transaction.</summary>
/// <param name="Revision">The revision it was read at.</param>
/// <param name="Result">What was found.</param>
public sealed record RangeOutcome(Revision Revision, RangeResult Result) : Outcome;
