using StateServer.Domain.Commands.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Acting;

/// <summary>The log as one term of leadership uses it: every command goes in this term or not at all, and is counted. Thread-safe.</summary>
/// <param name="log">The log.</param>
/// <param name="term">The term.</param>
internal sealed class TermLog(IModelLog log, long term)
{
    /// <summary>The term.</summary>
    public long Term => term;

    /// <summary>True while this member leads in the term.</summary>
    public bool IsLeading => log.LeadingTerm == term;

    /// <summary>The newest state applied.</summary>
    public ModelSight Read() => log.Read();

    /// <summary>Proposes.</summary>
    /// <returns>Null where it was done; otherwise why the state refused it: it has moved on, and must be looked at again.</returns>
    /// <exception cref="ModelLogException">It did not come through, or that is not known.</exception>
    public async Task<Rejection?> ProposeAsync(ModelCommand command, CancellationToken cancellationToken)
    {
        var kind = command.GetType().Name;
        try
        {
            var outcome = await log.ProposeAsync(command, term, cancellationToken).ConfigureAwait(false);
            ReconciliationMeter.Step(kind, outcome is Rejection { Reason: var reason } ? reason.ToString() : "done");
            return outcome as Rejection;
        }
        catch (ModelLogException e)
        {
            ReconciliationMeter.Step(kind, e.IsUnknown ? "unknown" : "refused");
            throw;
        }
    }
}
