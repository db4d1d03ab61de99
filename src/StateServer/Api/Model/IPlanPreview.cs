using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Membership.Preview;

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

    /// <summary>
    /// Which units of a service go when fewer are wanted: those that stand nowhere, then from the fullest zone, one by one. By the state
    /// alone, so that any member can tell.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="service">The service.</param>
    /// <param name="count">How many, 1 or more.</param>
    /// <returns>At most so many: fewer where fewer are wanted now.</returns>
    ImmutableArray<UnitName> ChooseUnitsToRemove(ReplicatedState state, ServiceName service, int count);

    /// <summary>How a unit's place is, or would be, chosen.</summary>
    /// <exception cref="PlanUnavailableException">This member can't plan now.</exception>
    ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, UnitName unit, CancellationToken cancellationToken);

    /// <summary>How a machine's zone is, or would be, chosen.</summary>
    /// <exception cref="PlanUnavailableException">This member can't plan now.</exception>
    ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, MachineId machine, CancellationToken cancellationToken);

    /// <summary>How a member stands in the eyes of the leader's loop: the zones that were considered for it, and what is awaited.</summary>
    /// <exception cref="PlanUnavailableException">This member doesn't lead.</exception>
    ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, NodeId member, CancellationToken cancellationToken);

    /// <summary>What would be done about the members, step by step, if nothing fails meanwhile.</summary>
    /// <param name="state">The state with the target in it.</param>
    /// <exception cref="PlanUnavailableException">This member can't plan now.</exception>
    AvailabilityForecast Forecast(ReplicatedState state);
}
