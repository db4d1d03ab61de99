using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From a machine's agent, on change. A report of an assignment that is no longer in force is passed over, except that a stopped
/// predecessor counts as ended. A dying unit that is reported stopped goes.
/// </summary>
/// <param name="Machine">The machine.</param>
/// <param name="Units">The reports; 1 to <c>ModelLimits.MostPerCommand</c>.</param>
public sealed record ReportUnitsCommand(MachineId Machine, ImmutableArray<UnitReport> Units) : ModelCommand;
