using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>One command of a log entry, with the ids that lead its outcome back.</summary>
/// <param name="Command">The command.</param>
/// <param name="Request">The client's request id, where it retries under one.</param>
/// <param name="Proposal">Which member waits for the outcome, and under which number. Apply does not look at it.</param>
public readonly record struct BatchItem(Command Command, RequestId? Request, ProposalId Proposal);
