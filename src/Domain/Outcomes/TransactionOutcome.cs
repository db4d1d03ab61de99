using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Outcomes;

/// <summary>A transaction was done.</summary>
/// <param name="Revision">The keyspace's revision after it.</param>
/// <param name="Succeeded">Whether the conditions held.</param>
/// <param name="Outcomes">One outcome an operation of the branch that was taken.</param>
public sealed record TransactionOutcome(Revision Revision, bool Succeeded, ImmutableArray<Outcome> Outcomes) : Outcome;
