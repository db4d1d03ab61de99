using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Domain.Outcomes;

/// <summary>A delete was done.</summary>
/// <param name="Revision">The keyspace's revision after it; unchanged where nothing was deleted.</param>
/// <param name="Deleted">How many keys went.</param>
/// <param name="Previous">What was there, where it was asked for.</param>
public sealed record DeleteRangeOutcome(Revision Revision, long Deleted, ImmutableArray<KeyValue> Previous) : Outcome;
