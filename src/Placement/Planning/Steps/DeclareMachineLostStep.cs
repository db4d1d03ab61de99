using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A machine is committed as lost, before any of its units starts elsewhere.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record DeclareMachineLostStep(MachineId Machine, string Reason) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() => $"machine {Machine} is lost: {Reason}";
}
