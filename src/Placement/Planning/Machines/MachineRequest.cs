using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>What is asked of a standing machine.</summary>
/// <param name="Service">Whose unit is to go there.</param>
/// <param name="Input">What is known of agents and members.</param>
internal sealed record MachineRequest(ServiceRecord Service, PlanningInput Input);
