using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: chooses the zone of a machine's next launch.</summary>
/// <param name="Machine">The machine; refused unless it is pending.</param>
/// <param name="Zone">The zone; another one than its directive's is refused.</param>
public sealed record ReserveZoneCommand(MachineId Machine, Zone Zone) : ModelCommand;
