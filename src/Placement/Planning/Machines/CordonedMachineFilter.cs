using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>Nothing more is placed on a cordoned machine.</summary>
internal sealed class CordonedMachineFilter : IMachineFilter
{
    public string Name => "cordon";

    public string? Refusal(MachineRecord machine, MachineRequest request) => machine.Cordoned ? $"machine {machine.Id} is cordoned" : null;
}
