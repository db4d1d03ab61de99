using StateServer.Consensus.Proposals;
using StateServer.Domain.Commands;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus;

/// <summary>The log as this member uses it while it leads, for what the leader decides on its own account. Thread-safe.</summary>
public interface ILeaderLog
{
    /// <summary>Raised after each change of leader, term or <see cref="LeadingTerm"/> that this member sees. Handlers return at once and don't throw.</summary>
    event Action? LeadershipChanged;

    /// <summary>The term in which this member leads, once all that earlier terms committed is applied; null otherwise.</summary>
    long? LeadingTerm { get; }

    /// <summary>
    /// Proposes what only this member may append, as the leader of <paramref name="term"/>: otherwise it is refused, never
    /// forwarded. It goes past the refusals that are meant for clients.
    /// </summary>
    /// <exception cref="ProposalRefusedException">Certainly not executed.</exception>
    /// <exception cref="OutcomeUnknownException">May or may not have been, or may yet be, executed.</exception>
    ValueTask<Outcome> ProposeInTermAsync(Command command, long term, CancellationToken cancellationToken);
}
