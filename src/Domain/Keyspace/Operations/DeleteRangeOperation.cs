namespace StateServer.Domain.Keyspace.Operations;

/// <summary>Deletes every key in a range.</summary>
/// <param name="Range">The keys.</param>
/// <param name="ReturnPrevious">Return what was there.</param>
public sealed record DeleteRangeOperation(KeyRange Range, bool ReturnPrevious = false) : Operation;
