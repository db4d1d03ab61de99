using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>Replaces the constraints of a service or of the environment. What stands already stays as it is.</summary>
/// <param name="Service">The service; null for the environment.</param>
/// <param name="Constraints">For a service merged with the environment's, as its record holds them.</param>
public sealed record SetConstraintsCommand(ServiceName? Service, Constraints Constraints) : ModelCommand;
