using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Why a machine waits for its launch.</summary>
/// <param name="Machine">The machine; passed over unless it waits.</param>
/// <param name="Line">One line.</param>
public readonly record struct MachineNote(MachineId Machine, string Line);
