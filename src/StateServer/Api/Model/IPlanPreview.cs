using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Api.Model;

/// <summary>
/// The leader's planner, asked without acting: what it would do with a state, and why something stands where it does. Behind it is
/// the reconciliation loop with its observation, so it answers on the leader alone. Thread-safe.
/// </summary>
internal interface IPlanPreview
{
    /// <summary>What the planner would do with a state. Nothing is kept of it.</summary>
    /// <param name="state">The state, which need not be one that the log ever led to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PlanUnavailableException">This member can't plan now.</exception>
    ValueTask<PlanPreview> PlanAsync(ReplicatedState state, CancellationToken cancellationToken);

    /// <summary>How a unit's place is, or would be, chosen.</summary>
    /// <exception cref="PlanUnavailableException">This member can't plan now.</exception>
    ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, UnitName unit, CancellationToken cancellationToken);

    /// <summary>How a machine's zone is, or would be, chosen.</summary>
    /// <exception cref="PlanUnavailableException">This member can't plan now.</exception>
    ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, MachineId machine, CancellationToken cancellationToken);
}
