using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Acting;

/// <summary>
/// Which singletons' processes can't run any more though no agent said so: their lease, the grace of their stop and a tenth have
/// passed since this leader sent the machine anything that renews leases. A new leader waits the full time anew. Pure.
/// </summary>
internal static class EndedProcesses
{
    /// <summary>What to commit, at most as much as a command holds: predecessors that have ended, and dying units that are gone.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isOver">True where the time of a machine's leases is over.</param>
    public static IEnumerable<ModelCommand> Of(ModelState model, Func<MachineId, bool> isOver)
    {
        var ended = ImmutableArray.CreateBuilder<AssignmentReference>();
        var dead = ImmutableArray.CreateBuilder<AssignmentReference>();
        foreach (var name in model.Services.Values.Where(service => service.IsSingleton).SelectMany(service => model.UnitsOf(service.Name)))
        {
            var unit = model.Units[name];
            if (unit.Predecessor is { } predecessor && ended.Count < ModelLimits.MostPerCommand && isOver(predecessor.Machine))
            {
                ended.Add(new(unit.Name, predecessor.Assignment));
            }

            if (unit is { Life: Life.Dying, Machine: { } machine, Predecessor: null }
                && dead.Count < ModelLimits.MostPerCommand
                && model.Machines.GetValueOrDefault(machine)?.Status == MachineStatus.Lost
                && isOver(machine))
            {
                dead.Add(new(unit.Name, unit.Assignment));
            }
        }

        if (ended.Count > 0)
        {
            yield return new ConfirmPredecessorsEndedCommand(ended.ToImmutable());
        }

        if (dead.Count > 0)
        {
            yield return new RemoveDeadUnitsCommand(dead.ToImmutable());
        }
    }
}
