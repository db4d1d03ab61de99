using StateServer.Domain.Commands;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Duties;

/// <summary>The way for what members propose on their own account: past the refusals that are meant for clients.</summary>
internal interface IInternalProposals
{
    /// <summary>Proposes, as <see cref="IReplica.ProposeAsync"/> does.</summary>
    ValueTask<Outcome> ProposeAsync(Command command, CancellationToken cancellationToken);

    /// <summary>Proposes what only this member may append, as the leader of <paramref name="term"/>: otherwise it is refused, never forwarded.</summary>
    ValueTask<Outcome> ProposeInTermAsync(Command command, long term, CancellationToken cancellationToken);
}
