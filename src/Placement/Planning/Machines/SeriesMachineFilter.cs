using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>A unit runs on its service's series.</summary>
internal sealed class SeriesMachineFilter : IMachineFilter
{
    public string Name => "series";

    public string? Refusal(MachineRecord machine, MachineRequest request) =>
        machine.Series == request.Service.Series ? null : $"machine {machine.Id} runs {machine.Series}, not {request.Service.Series}";
}
