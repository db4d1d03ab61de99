using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Says whether anything more may be placed on a machine.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Cordoned">True to keep it as it is.</param>
public sealed record CordonMachineCommand(MachineId Machine, bool Cordoned) : ModelCommand;
