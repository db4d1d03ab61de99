using System.Collections.Immutable;

namespace StateServer.Domain.Keyspace.Operations;

/// <summary>If every condition holds, the one list of operations, otherwise the other; all at one revision.</summary>
/// <param name="Compares">The conditions; none means true.</param>
/// <param name="Success">Done where all hold.</param>
/// <param name="Failure">Done otherwise.</param>
public sealed record TransactionOperation(
    ImmutableArray<Compare> Compares,
    ImmutableArray<Operation> Success,
    ImmutableArray<Operation> Failure) : Operation;
