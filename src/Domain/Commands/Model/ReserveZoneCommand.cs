using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: chooses the zone of a machine's next launch, or gives up the one chosen before.</summary>
/// <param name="Machine">The machine; refused unless it is pending.</param>
/// <param name="Zone">The zone; another one than its directive's is refused, and a cordoned one. Null for none: the machine waits.</param>
public sealed record ReserveZoneCommand(MachineId Machine, Zone? Zone) : ModelCommand;
