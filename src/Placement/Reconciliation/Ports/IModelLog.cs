using StateServer.Domain.Commands.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The replicated model as its leader reads and changes it. Thread-safe.</summary>
public interface IModelLog
{
    /// <summary>The term in which this member leads, with all that earlier terms committed applied; null where it doesn't.</summary>
    long? LeadingTerm { get; }

    /// <summary>Raised after the model, the members or the leadership may have changed. Handlers return at once and don't throw.</summary>
    event Action? Changed;

    /// <summary>The newest state that this member applied; never waits.</summary>
    ModelSight Read();

    /// <summary>
    /// Proposes as the leader of <paramref name="term"/> and waits until this member applied it. In another term it is refused: what
    /// was decided on an older photograph is never appended by a member that no longer leads.
    /// </summary>
    /// <returns>The outcome; a <see cref="Rejection"/> changed nothing.</returns>
    /// <exception cref="ModelLogException">It was not executed, or may or may not have been.</exception>
    Task<Outcome> ProposeAsync(ModelCommand command, long term, CancellationToken cancellationToken);
}
