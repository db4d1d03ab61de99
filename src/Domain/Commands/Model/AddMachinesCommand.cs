using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>Adds machines without units. The outcome is an <c>AddedOutcome</c> of their numbers.</summary>
/// <param name="Count">How many; 1 to <c>ModelLimits.MostPerCommand</c>.</param>
/// <param name="Series">The operating system's series.</param>
/// <param name="Constraints">What they must offer.</param>
/// <param name="Directive">A zone or nothing.</param>
public sealed record AddMachinesCommand(int Count, string Series, Constraints Constraints, PlacementDirective Directive)
    : ModelCommand;
