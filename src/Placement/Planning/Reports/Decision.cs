using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Reports;

/// <summary>One decision: about whom, what was considered, what came of it.</summary>
/// <param name="Unit">The unit it is about; null where it is about a machine alone.</param>
/// <param name="Machine">The machine it is about: that of a unit before it is moved, or itself; null for a unit that waits.</param>
/// <param name="Zones">The zones considered, by name; empty where none had to be chosen.</param>
/// <param name="Machines">The machines considered, at most <see cref="PlanningLimits.MostMachinesListed"/> refused ones.</param>
/// <param name="MachinesNotListed">Machines refused beyond those.</param>
/// <param name="Chosen">What is done, in one line; empty where nothing is.</param>
/// <param name="Awaits">Why nothing is done and what is awaited, in one line; empty where something is done.</param>
/// <param name="OthersAlike">How many more units of the service share this fate.</param>
public sealed record Decision(
    UnitName? Unit,
    MachineId? Machine,
    ImmutableArray<ZoneConsidered> Zones,
    ImmutableArray<MachineConsidered> Machines,
    int MachinesNotListed,
    string Chosen,
    string Awaits,
    int OthersAlike)
{
    /// <summary>A decision that takes neither zones nor machines into account.</summary>
    public static Decision Plain(UnitName? unit, MachineId? machine, string chosen, string awaits) =>
        new(unit, machine, [], [], 0, chosen, awaits, 0);
}
