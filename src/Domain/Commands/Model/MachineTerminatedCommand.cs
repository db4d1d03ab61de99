using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From the leader's loop: the provider confirmed that a machine's instance is gone. The record goes, and nothing runs there any
/// more: units still assigned wait for another machine, and predecessors there have ended.
/// </summary>
/// <param name="Machine">The machine; refused unless it is dying or lost.</param>
public sealed record MachineTerminatedCommand(MachineId Machine) : ModelCommand;
