using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// Replaces the constraints of a service or of the environment. What was launched stays as it is. Machines that were added for the
/// service and wait for a launch ask for the new ones, at once; one whose launch is under way does should it fail. The
/// environment's are merged into what is deployed and added from then on.
/// </summary>
/// <param name="Service">The service; null for the environment.</param>
/// <param name="Constraints">For a service merged with the environment's, as its record holds them.</param>
public sealed record SetConstraintsCommand(ServiceName? Service, Constraints Constraints) : ModelCommand;
