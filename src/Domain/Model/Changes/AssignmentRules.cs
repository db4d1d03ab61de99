using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Which unit is on which machine. A plan made on an earlier state is refused as a whole.</summary>
internal static class AssignmentRules
{
    public static Rejection? Assign(ModelDraft draft, AssignUnitsCommand plan)
    {
        if (CheckNewMachines(draft, plan) is { } refused)
        {
            return refused;
        }

        var perMachine = new Dictionary<MachineId, int>();
        var named = new HashSet<UnitName>();
        foreach (var assignment in plan.Units)
        {
            if (Check(draft, plan, assignment) is { } outdated)
            {
                return outdated;
            }

            var count = perMachine.TryGetValue(assignment.Machine, out var before)
                ? before + 1
                : UnitPlaces.At(draft.Places.Assigned, assignment.Machine).Count + 1;
            perMachine[assignment.Machine] = count;
            if (count > ModelLimits.MostUnitsPerMachine)
            {
                return ModelRefusal.Limit($"machine {assignment.Machine} hosts {ModelLimits.MostUnitsPerMachine} units, the most there may be");
            }

            if (!named.Add(assignment.Unit))
            {
                return ModelRefusal.Invalid($"unit {assignment.Unit} is assigned twice in one command");
            }
        }

        draft.Added = (draft.NextMachine, plan.Machines.Length);
        foreach (var machine in plan.Machines)
        {
            MachineRules.Add(draft, machine);
        }

        foreach (var (unit, machine) in plan.Units)
        {
            Assign(draft, draft.Units.Get(unit), draft.Machines.Get(machine));
        }

        return null;
    }

    public static Rejection? Unassign(ModelDraft draft, UnassignUnitsCommand command)
    {
        if (ArgumentCheck.Count(command.Units.Length, 1, "units") is { } refused)
        {
            return refused;
        }

        var named = new HashSet<UnitName>();
        foreach (var (name, assignment) in command.Units)
        {
            if (UnitRules.Find(draft, name, out var unit) is { } missing)
            {
                return missing;
            }

            if (unit!.Machine is null || unit.Assignment != assignment || !named.Add(name))
            {
                return ModelRefusal.Conflict(
                    $"unit {name} has the assignment {unit.Assignment}, not {assignment}, or is named twice; look again");
            }
        }

        foreach (var (name, _) in command.Units)
        {
            Leave(draft, draft.Units.Get(name), command.Why);
        }

        return null;
    }

    public static Rejection? ConfirmEnded(ModelDraft draft, ImmutableArray<AssignmentReference> predecessors)
    {
        if (ArgumentCheck.Count(predecessors.Length, 1, "predecessors") is { } refused)
        {
            return refused;
        }

        foreach (var (name, assignment) in predecessors)
        {
            if (draft.Units.TryGet(name, out var unit) && unit.Predecessor?.Assignment == assignment)
            {
                EndPredecessor(draft, unit);
            }
        }

        return null;
    }

    /// <summary>A unit's predecessor can't run any more.</summary>
    public static void EndPredecessor(ModelDraft draft, UnitRecord unit)
    {
        var predecessor = unit.Predecessor ?? throw new InvalidOperationException($"unit {unit.Name} has no predecessor");
        var ended = unit with { Predecessor = null };
        draft.SetUnit(ended);
        draft.Tell(
            ModelEventKind.PredecessorEnded,
            $"unit {unit.Name}",
            $"its process on machine {predecessor.Machine} has ended (assignment {predecessor.Assignment})");
        UnitRules.ForgetIfEnded(draft, ended);
    }

    /// <summary>Takes a unit away from its machine. What may still run there becomes its predecessor.</summary>
    public static void Leave(ModelDraft draft, UnitRecord unit, string why)
    {
        var machine = draft.Machines.Get(unit.Machine ?? throw new InvalidOperationException($"unit {unit.Name} has no machine"));
        var isSingleton = draft.Services.Get(unit.Name.Service).IsSingleton;
        var wasNeverStarted = isSingleton && unit.Predecessor is not null;
        var isOver = wasNeverStarted || unit.Status == UnitStatus.Stopped || !MachineRules.MayRun(machine);
        Free(draft, unit, isOver ? unit.Predecessor : new UnitPredecessor(machine.Id, unit.Assignment, draft.Timestamp), why);
    }

    /// <summary>Leaves a unit without a machine; a dying one goes where it can.</summary>
    public static void Free(ModelDraft draft, UnitRecord unit, UnitPredecessor? predecessor, string why)
    {
        var freed = unit with
        {
            Machine = null,
            Assignment = 0,
            Predecessor = predecessor,
            Status = UnitStatus.Pending,
            Message = ModelLine.Of(why),
            Address = null,
            Restarts = 0,
            StatusSinceMilliseconds = draft.Timestamp,
        };
        draft.SetUnit(freed);
        draft.Tell(ModelEventKind.UnitUnassigned, $"unit {unit.Name}", $"taken away from machine {unit.Machine}: {why}");
        UnitRules.ForgetIfEnded(draft, freed);
    }

    private static void Assign(ModelDraft draft, UnitRecord unit, MachineRecord machine)
    {
        draft.SetUnit(unit with
        {
            Machine = machine.Id,
            Assignment = draft.TakeAssignment(),
            Status = UnitStatus.Pending,
            Message = "",
            Address = null,
            Restarts = 0,
            StatusSinceMilliseconds = draft.Timestamp,
        });
        var zone = machine.Zone is { } known ? $" in zone {known}" : "";
        draft.Tell(ModelEventKind.UnitAssigned, $"unit {unit.Name}", $"assigned to machine {machine.Id}{zone}");
    }

    private static Rejection? CheckNewMachines(ModelDraft draft, AssignUnitsCommand plan)
    {
        if (ArgumentCheck.Count(plan.Units.Length, 0, "units") is { } refused)
        {
            return refused;
        }

        if (plan.Machines.IsEmpty)
        {
            return plan.Units.IsEmpty ? ModelRefusal.Invalid("a plan without machines and units") : null;
        }

        if (plan.FirstMachine != draft.NextMachine)
        {
            return ModelRefusal.Conflict(
                $"the plan counts its new machines from {plan.FirstMachine}, and the next one is {draft.NextMachine}; plan anew");
        }

        if ((ArgumentCheck.Count(plan.Machines.Length, 0, "machines") ?? MachineRules.CheckRoom(draft, plan.Machines.Length)) is { } full)
        {
            return full;
        }

        foreach (var machine in plan.Machines)
        {
            if ((MachineRules.Check(draft, machine) ?? (machine.Zone is { } zone ? ZoneRules.CheckCordon(draft, zone) : null)) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static Rejection? Check(ModelDraft draft, AssignUnitsCommand plan, UnitAssignment assignment)
    {
        if (UnitRules.Find(draft, assignment.Unit, out var unit) is { } missing)
        {
            return missing;
        }

        var service = draft.Services.Get(assignment.Unit.Service);
        if (unit!.Life != Life.Alive || service.Life != Life.Alive)
        {
            return ModelRefusal.Conflict($"unit {unit.Name} is being removed");
        }

        if (unit.Machine is { } taken)
        {
            return ModelRefusal.Conflict($"unit {unit.Name} is assigned to machine {taken} already");
        }

        var place = plan.Machines.IsEmpty ? -1 : assignment.Machine.Value - plan.FirstMachine;
        string series;
        Zone? zone;
        if (place >= 0 && place < plan.Machines.Length)
        {
            series = plan.Machines[place].Series;
            zone = plan.Machines[place].Zone ?? plan.Machines[place].Directive.Zone;
        }
        else if (draft.Machines.TryGet(assignment.Machine, out var machine))
        {
            if (machine.Life != Life.Alive || machine.Status is MachineStatus.Lost or MachineStatus.Terminating)
            {
                return ModelRefusal.Conflict($"machine {machine.Id} is lost or being removed");
            }

            if (machine.Cordoned)
            {
                return ModelRefusal.Conflict($"machine {machine.Id} is cordoned");
            }

            series = machine.Series;
            zone = machine.Zone ?? machine.Directive.Zone;
        }
        else
        {
            return ModelRefusal.NotFound($"machine {assignment.Machine} not found");
        }

        if (series != service.Series)
        {
            return ModelRefusal.Conflict($"machine {assignment.Machine} is of the series {series}, and unit {unit.Name} needs {service.Series}");
        }

        var isElsewhere = (unit.Directive.Machine is { } wanted && wanted != assignment.Machine)
                          || (unit.Directive.Zone is { } asked && asked != zone);
        return isElsewhere
            ? ModelRefusal.Conflict($"unit {unit.Name} was asked for to {unit.Directive}, not on machine {assignment.Machine}")
            : null;
    }
}
