using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>A unit that gets a machine.</summary>
/// <param name="Unit">The unit: alive and without a machine.</param>
/// <param name="Machine">The machine: alive, not lost and not cordoned. It may be one that the same command adds.</param>
public sealed record UnitAssignment(UnitName Unit, MachineId Machine);
