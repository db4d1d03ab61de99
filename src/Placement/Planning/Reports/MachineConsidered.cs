using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Reports;

/// <summary>One machine in one decision.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Rule">The rule that filtered it out; null where it was chosen.</param>
/// <param name="Reason">Why, in one line; null where it was chosen.</param>
public readonly record struct MachineConsidered(MachineId Machine, string? Rule, string? Reason);
