using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Reconciliation.Acting;

/// <summary>
/// A plan's steps as commands, in their order. Placements that follow each other go as one command, all or nothing, as far as its
/// size allows: first what takes moved units away, then what places them. Removals of machines are the terminations' to do. Pure.
/// </summary>
internal static class PlanCommands
{
    /// <summary>Most characters of the constraints in one command: a third of the largest request, and names and numbers have the rest.</summary>
    private const int MostConstraintCharacters = 512 * 1024;

    /// <summary>The commands.</summary>
    /// <param name="plan">The plan, made from <paramref name="model"/>.</param>
    /// <param name="model">The model.</param>
    public static IEnumerable<ModelCommand> Of(Plan plan, ModelState model)
    {
        List<PlanStep> placements = [];
        var characters = 0;
        foreach (var step in plan.Steps)
        {
            characters += CharactersOf(step);
            if (step is AddMachineStep or AssignUnitStep && placements.Count < ModelLimits.MostPerCommand && characters <= MostConstraintCharacters)
            {
                placements.Add(step);
                continue;
            }

            foreach (var command in Placing(placements, model))
            {
                yield return command;
            }

            placements.Clear();
            characters = CharactersOf(step);
            if (step is AddMachineStep or AssignUnitStep)
            {
                placements.Add(step);
                continue;
            }

            foreach (var command in Other(step))
            {
                yield return command;
            }
        }

        foreach (var command in Placing(placements, model))
        {
            yield return command;
        }
    }

    private static int CharactersOf(PlanStep step) => step is AddMachineStep { Constraints: var asked }
        ? asked.Tags.Sum(tag => tag.Length) + asked.Zones.Sum(zone => zone.Name.Length) + (asked.InstanceType?.Length ?? 0)
        : 0;

    private static IEnumerable<ModelCommand> Other(PlanStep step)
    {
        switch (step)
        {
            case ReserveZoneStep reserve:
                yield return new ReserveZoneCommand(reserve.Machine, reserve.Zone);
                break;
            case MoveOnStep move:
                yield return new ReserveZoneCommand(move.Machine, move.To);
                break;
            case ClearZoneFailuresStep clear:
                yield return new ClearAvoidedZonesCommand(clear.Zones);
                break;
            case EndServiceStep end:
                yield return new RemoveServiceCommand(end.Service);
                break;
            case DeclareMachineLostStep lost:
                yield return new MarkMachineLostCommand(lost.Machine, lost.Reason);
                break;
        }
    }

    private static IEnumerable<ModelCommand> Placing(IReadOnlyList<PlanStep> steps, ModelState model)
    {
        var machines = ImmutableArray.CreateBuilder<NewMachine>();
        var units = ImmutableArray.CreateBuilder<UnitAssignment>();
        var moved = ImmutableArray.CreateBuilder<AssignmentReference>();
        MachineId? first = null;
        foreach (var step in steps)
        {
            switch (step)
            {
                case AddMachineStep add:
                    first ??= add.Machine;
                    machines.Add(new(add.Series, add.Constraints, add.Directive, add.Zone));
                    Place(add.Unit, add.Machine, add.MovedFrom);
                    break;
                case AssignUnitStep assign:
                    Place(assign.Unit, assign.Machine, assign.MovedFrom);
                    break;
            }
        }

        if (moved.Count > 0)
        {
            yield return new UnassignUnitsCommand(moved.ToImmutable(), "its machine is lost or is to go");
        }

        if (units.Count > 0)
        {
            yield return new AssignUnitsCommand(first?.Value ?? 0, machines.ToImmutable(), units.ToImmutable());
        }

        void Place(UnitName unit, MachineId machine, MachineId? from)
        {
            units.Add(new(unit, machine));
            if (from is not null && model.Units.TryGetValue(unit, out var record) && record.Machine is not null)
            {
                moved.Add(new(unit, record.Assignment));
            }
        }
    }
}
