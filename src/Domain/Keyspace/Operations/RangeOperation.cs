namespace StateServer.Domain.Keyspace.Operations;

/// <summary>Reads a range inside a transaction.</summary>
/// <param name="Query">What to read.</param>
public sealed record RangeOperation(RangeQuery Query) : Operation;
