namespace StateServer.Domain.Commands;

/// <summary>Frees a bounded part of what earlier compactions left; proposed until nothing is left, so that no single Apply stalls.</summary>
public sealed record TrimHistoryCommand : Command;
