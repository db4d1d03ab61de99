using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A unit goes to a machine that stands.</summary>
/// <param name="Unit">It waits, or stands on a machine that is lost or dying.</param>
/// <param name="Machine">Where to.</param>
/// <param name="Zone">The machine's zone; null where it has none yet.</param>
/// <param name="MovedFrom">The machine it is taken from; null for a unit that waits.</param>
public sealed record AssignUnitStep(UnitName Unit, MachineId Machine, Zone? Zone, MachineId? MovedFrom) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{(MovedFrom is { } from ? $"move {Unit} from machine {from}" : $"place {Unit}")} {(MovedFrom is null ? "on" : "to")} machine {Machine}"
        + (Zone is { } zone ? $" in zone {zone}" : "");
}
