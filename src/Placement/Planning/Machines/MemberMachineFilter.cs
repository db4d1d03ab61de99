using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>A state server's machine takes units only where an operator asks for it.</summary>
internal sealed class MemberMachineFilter : IMachineFilter
{
    public string Name => "state server";

    public string? Refusal(MachineRecord machine, MachineRequest request) =>
        request.Input.Members.Any(m => m.Machine == machine.Id) ? $"machine {machine.Id} is a state server" : null;
}
