using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>Adds units to a service. The outcome is an <c>AddedOutcome</c> of their numbers.</summary>
/// <param name="Service">The service.</param>
/// <param name="Count">How many; 1 to <c>ModelLimits.MostPerCommand</c>.</param>
/// <param name="Directive">Where an operator wants them.</param>
public sealed record AddUnitsCommand(ServiceName Service, int Count, PlacementDirective Directive) : ModelCommand;
