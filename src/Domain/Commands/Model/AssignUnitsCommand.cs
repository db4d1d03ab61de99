using System.Collections.Immutable;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From the leader's loop: adds the machines of a plan, their zones reserved, and assigns units. All or nothing: where the state
/// has moved on since the plan was made, it is refused, and the loop looks again. The outcome is an <c>AddedOutcome</c> of the
/// machines.
/// </summary>
/// <param name="FirstMachine">The number that the first new machine must get; refused where it would be another. Not looked at without new machines.</param>
/// <param name="Machines">The new machines; at most <c>ModelLimits.MostPerCommand</c>.</param>
/// <param name="Units">The units; at most <c>ModelLimits.MostPerCommand</c>.</param>
public sealed record AssignUnitsCommand(
    int FirstMachine,
    ImmutableArray<NewMachine> Machines,
    ImmutableArray<UnitAssignment> Units) : ModelCommand;
