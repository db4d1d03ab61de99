using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A machine that is to go and runs nothing any more is taken away, its instance terminated.</summary>
/// <param name="Machine">The machine.</param>
public sealed record RemoveMachineStep(MachineId Machine) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() => $"remove machine {Machine}";
}
