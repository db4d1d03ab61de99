using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>One assignment of a unit, by its number: a later one is never meant.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Assignment">The assignment's number.</param>
public sealed record AssignmentReference(UnitName Unit, long Assignment);
