using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: a lost machine's agent is heard again and has stopped what was moved. One that is not lost stays as it is.</summary>
/// <param name="Machine">The machine.</param>
public sealed record MarkMachineReturnedCommand(MachineId Machine) : ModelCommand;
