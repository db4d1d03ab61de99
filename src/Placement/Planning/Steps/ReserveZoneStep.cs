using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A pending machine without a zone gets one, before its launch.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Zone">Its zone.</param>
public sealed record ReserveZoneStep(MachineId Machine, Zone Zone) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() => $"reserve zone {Zone} for machine {Machine}";
}
