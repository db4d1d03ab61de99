using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From the leader's loop: a machine counts as lost. Its units stay assigned until <see cref="UnassignUnitsCommand"/> takes them
/// away; dying ones go, unless they are singletons. A lost one stays as it is.
/// </summary>
/// <param name="Machine">The machine; refused unless something was launched for it.</param>
/// <param name="Why">One line.</param>
public sealed record MarkMachineLostCommand(MachineId Machine, string Why) : ModelCommand;
