using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Losses;

/// <summary>A machine whose instance is gone is lost, whoever leads and whatever its agent said last.</summary>
internal sealed class InstanceGoneRule : ILossRule
{
    public LossFinding? Judge(MachineRecord machine, PlanningInput input, SilenceVerdict silence) =>
        input.Contact.InstancesGone.Contains(machine.Id)
            ? new LossFinding(true, $"its instance {machine.Instance} is gone", null)
            : null;
}
