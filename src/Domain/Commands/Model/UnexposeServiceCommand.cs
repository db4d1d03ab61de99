using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Closes a service's ports to the world. Its ports are remembered.</summary>
/// <param name="Service">The service.</param>
public sealed record UnexposeServiceCommand(ServiceName Service) : ModelCommand;
