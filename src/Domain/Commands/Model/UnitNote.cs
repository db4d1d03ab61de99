using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Why a unit waits for a machine.</summary>
/// <param name="Unit">The unit; passed over unless it waits.</param>
/// <param name="Line">One line.</param>
public readonly record struct UnitNote(UnitName Unit, string Line);
