using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>A machine joins an availability set when it is launched or never: with sets, what stands can't be used for another service.</summary>
internal sealed class AvailabilitySetMachineFilter : IMachineFilter
{
    public string Name => "availability set";

    public string? Refusal(MachineRecord machine, MachineRequest request) =>
        request.Input.Model.Environment is { AvailabilitySetsEnabled: true } ? $"machine {machine.Id} was launched outside the service's availability set" : null;
}
