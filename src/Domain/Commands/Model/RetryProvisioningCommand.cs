using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Asks that a machine which waits after failed launches is tried again now.</summary>
/// <param name="Machine">The machine; refused unless it is pending.</param>
public sealed record RetryProvisioningCommand(MachineId Machine) : ModelCommand;
