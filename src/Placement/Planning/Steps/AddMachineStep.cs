using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A machine is added for a unit, its zone reserved and the unit assigned to it, all in one.</summary>
/// <param name="Machine">The number it gets: the model's next one, counted on along the plan.</param>
/// <param name="Zone">The zone that is reserved.</param>
/// <param name="Series">The service's.</param>
/// <param name="Constraints">The service's.</param>
/// <param name="Directive">The unit's zone, so that the machine never falls back on another; or nothing.</param>
/// <param name="Unit">Whom it is for.</param>
/// <param name="MovedFrom">The machine that the unit is taken from; null for a unit that waits.</param>
public sealed record AddMachineStep(
    MachineId Machine,
    Zone Zone,
    string Series,
    Constraints Constraints,
    PlacementDirective Directive,
    UnitName Unit,
    MachineId? MovedFrom) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"add machine {Machine} in zone {Zone} and {(MovedFrom is { } from ? $"move {Unit} from machine {from} to it" : $"place {Unit} on it")}";
}
