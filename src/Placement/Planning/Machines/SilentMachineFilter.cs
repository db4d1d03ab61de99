using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>A machine that may be on its way out takes nothing new.</summary>
internal sealed class SilentMachineFilter : IMachineFilter
{
    public string Name => "contact";

    public string? Refusal(MachineRecord machine, MachineRequest request) =>
        request.Input.Contact.InstancesGone.Contains(machine.Id) ? $"the instance of machine {machine.Id} is gone"
        : request.Input.Contact.SilentForMilliseconds.TryGetValue(machine.Id, out long silent) ? $"the agent of machine {machine.Id} is silent for {silent / 1000} s"
        : null;
}
