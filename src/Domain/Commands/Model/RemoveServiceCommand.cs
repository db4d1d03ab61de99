using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Makes a service and all its units dying; it goes with its last unit.</summary>
/// <param name="Service">The service.</param>
public sealed record RemoveServiceCommand(ServiceName Service) : ModelCommand;
