using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>A machine that a plan adds.</summary>
/// <param name="Series">The operating system's series.</param>
/// <param name="Constraints">What it must offer.</param>
/// <param name="Directive">A zone that an operator wants it in, or nothing.</param>
/// <param name="Zone">The zone that is reserved for it; null where none is chosen yet.</param>
public sealed record NewMachine(string Series, Constraints Constraints, PlacementDirective Directive, Zone? Zone);
