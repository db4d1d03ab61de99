using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Opens ports of a service to the world, in place of those that were open.</summary>
/// <param name="Service">The service.</param>
/// <param name="Ports">1 to 65535; at least one, at most <c>ModelLimits.MostPorts</c>.</param>
public sealed record ExposeServiceCommand(ServiceName Service, ImmutableSortedSet<int> Ports) : ModelCommand;
