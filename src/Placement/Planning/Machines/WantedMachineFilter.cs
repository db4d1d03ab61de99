using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>A machine that is lost or is to go takes nothing.</summary>
internal sealed class WantedMachineFilter : IMachineFilter
{
    public string Name => "wanted";

    public string? Refusal(MachineRecord machine, MachineRequest request) => machine switch
    {
        { Status: MachineStatus.Lost } => $"machine {machine.Id} is lost",
        { Life: Life.Dying } or { Status: MachineStatus.Terminating } => $"machine {machine.Id} is being removed",
        _ => null,
    };
}
