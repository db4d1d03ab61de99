using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Domain.Commands;

/// <summary>Executes one operation on the keyspace: a put, a delete or a transaction.</summary>
/// <param name="Operation">The operation; a client's, so the reserved prefix is refused.</param>
public sealed record KeyspaceCommand(Operation Operation) : Command;
