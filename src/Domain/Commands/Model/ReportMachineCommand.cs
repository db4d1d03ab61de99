using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From a machine's agent, at its start and on change. It also settles a launch attempt whose outcome is unknown: who reports was
/// launched. The report of another instance than the machine's is refused.
/// </summary>
/// <param name="Machine">The machine.</param>
/// <param name="Instance">The provider's name of it.</param>
/// <param name="Address">Where it can be reached.</param>
/// <param name="AgentVersion">The version of the agent.</param>
public sealed record ReportMachineCommand(MachineId Machine, InstanceId Instance, string Address, string AgentVersion) : ModelCommand;
