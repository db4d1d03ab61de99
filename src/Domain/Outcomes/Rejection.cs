namespace StateServer.Domain.Outcomes;

/// <summary>The command was refused and changed nothing.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">One line for a person: what was wrong and what would be right.</param>
public sealed record Rejection(RejectionReason Reason, string Detail) : Outcome;
