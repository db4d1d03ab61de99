namespace StateServer.Domain.Commands;

/// <summary>Opens a session for retried requests; its id is the outcome's.</summary>
public sealed record OpenSessionCommand : Command;
