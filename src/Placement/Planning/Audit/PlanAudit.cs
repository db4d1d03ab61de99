using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Planning.Audit;

/// <summary>
/// Goes through a plan step by step and looks for what no plan may do. It shares no code with the planner but the records
/// and limits: what both got wrong the same way would pass. Pure; for a plan that has steps linear in the
/// machines and in the units of the services that it places, free for one that has none.
/// </summary>
public static class PlanAudit
{
    /// <summary>What is wrong, a line each; empty where the plan may be carried out.</summary>
    public static ImmutableArray<string> Errors(PlanningInput input, Plan plan)
    {
        if (plan.Steps.IsEmpty)
        {
            return [];
        }

        AuditWorld world = new(input);
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (PlanStep step in plan.Steps)
        {
            if (Error(world, step) is { } error)
            {
                errors.Add($"{step}: {error}");
            }

            world.Apply(step);
        }

        return errors.ToImmutable();
    }

    private static string? Error(AuditWorld world, PlanStep step) => step switch
    {
        DeclareMachineLostStep lost => LossError(world, lost),
        AssignUnitStep assign => UnitError(world, assign.Unit, assign.MovedFrom) ?? AssignmentError(world, assign),
        AddMachineStep add => UnitError(world, add.Unit, add.MovedFrom) ?? AdditionError(world, add),
        ReserveZoneStep reserve => PendingError(world, reserve.Machine, null) ?? MachineZoneError(world, reserve.Machine, reserve.Zone),
        MoveOnStep move => PendingError(world, move.Machine, move.From) ?? DepartureError(world, move),
        ClearZoneFailuresStep clear => ClearanceError(world, clear),
        EndServiceStep end => EndError(world, end),
        RemoveMachineStep remove => RemovalError(world, remove.Machine),
        _ => "a step that the audit doesn't know",
    };

    private static string? LossError(AuditWorld world, DeclareMachineLostStep step)
    {
        if (!world.Machines.TryGetValue(step.Machine, out MachineRecord? machine) || machine.Status is not (MachineStatus.Starting or MachineStatus.Running))
        {
            return "the machine isn't one that can be lost";
        }

        if (machine.StateServer is not null)
        {
            return "a state server runs on it, whose loss is not for a machine's plan to tell";
        }

        AgentContact contact = world.Input.Contact;
        if (contact.InstancesGone.Contains(step.Machine))
        {
            return null;
        }

        if (!contact.GraceIsOver)
        {
            return "the leader is too new to tell";
        }

        if (machine.Status == MachineStatus.Starting)
        {
            return world.Input.NowMilliseconds - machine.StatusSinceMilliseconds < PlanningLimits.StartGraceMilliseconds ? "it may still start" : null;
        }

        return contact.SilentForMilliseconds.GetValueOrDefault(step.Machine) < world.ReplaceAfterMilliseconds ? "its agent was heard"
            : world.TooManyAreSilent ? "too many agents are silent at once"
            : null;
    }

    /// <summary>A unit is placed where it needs a place, and moved only where it must leave.</summary>
    private static string? UnitError(AuditWorld world, UnitName name, MachineId? movedFrom)
    {
        if (!world.Units.TryGetValue(name, out UnitRecord? unit) || unit.Life != Life.Alive)
        {
            return "the unit isn't wanted";
        }

        if (world.ServiceOf(name) is not { Life: Life.Alive })
        {
            return "the service isn't wanted";
        }

        if (unit.Machine != movedFrom)
        {
            return $"the unit is assigned to {(unit.Machine is { } now ? $"machine {now}" : "no machine")}";
        }

        if (world.SetsEnabled && !unit.Directive.IsNone)
        {
            return "unit placement is not supported with availability-sets-enabled";
        }

        if (movedFrom is not { } from || !world.Machines.TryGetValue(from, out MachineRecord? machine))
        {
            return null;
        }

        return machine.Status == MachineStatus.Lost
            ? world.TooManyAreSilent && !world.Input.Contact.InstancesGone.Contains(from) ? "moves are paused" : null
            : machine.Life == Life.Dying ? null : "the unit needn't move";
    }

    private static string? AssignmentError(AuditWorld world, AssignUnitStep step)
    {
        if (!world.Machines.TryGetValue(step.Machine, out MachineRecord? machine))
        {
            return "there is no such machine";
        }

        UnitRecord unit = world.Units[step.Unit];
        ServiceRecord service = world.ServiceOf(step.Unit)!;
        if (machine.Life != Life.Alive || machine.Status is MachineStatus.Lost or MachineStatus.Terminating || machine.Cordoned || machine.Series != service.Series)
        {
            return "the machine may not take the unit";
        }

        if (step.Zone != machine.Zone)
        {
            return $"the machine stands in {machine.Zone}";
        }

        if (unit.Directive.Machine is { } named)
        {
            return named == step.Machine ? null : $"machine {named} was asked for";
        }

        return world.CleanError(machine, service)
            ?? (machine.Zone is { } zone ? world.ZoneError(zone, [service], false, service.Constraints, unit.Directive.Zone) : "the machine has no zone");
    }

    private static string? AdditionError(AuditWorld world, AddMachineStep step)
    {
        UnitRecord unit = world.Units[step.Unit];
        ServiceRecord service = world.ServiceOf(step.Unit)!;
        return step.Machine.Value != world.NextMachine ? $"the next machine is {world.NextMachine}"
            : step.Series != service.Series || step.Constraints != service.Constraints ? "the machine isn't what the service asks for"
            : unit.Directive.Machine is { } named ? $"machine {named} was asked for"
            : step.Directive.Zone != unit.Directive.Zone ? "the machine would not be bound to the zone that was asked for"
            : world.ZoneError(step.Zone, [service], false, service.Constraints, unit.Directive.Zone);
    }

    private static string? PendingError(AuditWorld world, MachineId id, Zone? zone) =>
        !world.Machines.TryGetValue(id, out MachineRecord? machine) || machine is not { Life: Life.Alive, Status: MachineStatus.Pending }
            ? "the machine doesn't wait for its launch"
            : machine.Zone != zone ? $"the machine's zone is {machine.Zone?.ToString() ?? "not chosen"}"
            : null;

    private static string? DepartureError(AuditWorld world, MoveOnStep step)
    {
        MachineRecord machine = world.Machines[step.Machine];
        if (world.MayUse(step.From, machine.Constraints, machine.Directive.Zone) && world.HasRoom(step.From))
        {
            return "the zone that it leaves will do";
        }

        world.Leave(step.Machine);
        return step.To is { } to ? MachineZoneError(world, step.Machine, to) : null;
    }

    private static string? MachineZoneError(AuditWorld world, MachineId id, Zone zone)
    {
        MachineRecord machine = world.Machines[id];
        return world.SetsEnabled && !machine.Directive.IsNone
            ? "unit placement is not supported with availability-sets-enabled"
            : world.ZoneError(zone, world.ServicesOn(id), machine.StateServer is not null, machine.Constraints, machine.Directive.Zone);
    }

    private static string? ClearanceError(AuditWorld world, ClearZoneFailuresStep step)
    {
        if (!world.Machines.TryGetValue(step.Machine, out MachineRecord? machine) || machine is not { Life: Life.Alive, Status: MachineStatus.Pending })
        {
            return "the machine doesn't wait for its launch";
        }

        long since = world.Input.NowMilliseconds - (machine.Attempts.LastOrDefault()?.EndedAtMilliseconds ?? long.MaxValue);
        return step.BackOffMilliseconds is < PlanningLimits.FirstBackOffMilliseconds or > PlanningLimits.LongestBackOffMilliseconds ? "the pause is out of bounds"
            : since < step.BackOffMilliseconds && machine.Message is not "" ? "the pause isn't over"
            : step.Zones.Any(world.HasRoom) ? "a zone has nothing to forget"
            : world.Input.Zones.Any(s => world.MayUse(s.Zone, machine.Constraints, machine.Directive.Zone) && world.HasRoom(s.Zone)) ? "a zone is left"
            : null;
    }

    private static string? EndError(AuditWorld world, EndServiceStep step) =>
        world.Input.Model.Services.GetValueOrDefault(step.Service) is not { Life: Life.Dying } ? "the service isn't to go"
            : world.Input.Model.UnitsOf(step.Service).Count(u => world.Units[u].Life == Life.Alive) != step.Units ? "not so many units are left"
            : null;

    private static string? RemovalError(AuditWorld world, MachineId id) =>
        !world.Machines.TryGetValue(id, out MachineRecord? machine) || machine.Life != Life.Dying || machine.Status is MachineStatus.Terminating or MachineStatus.Launching
            ? "the machine isn't to go, or not now"
            : world.Input.Members.Any(m => m.Machine == id) ? "it is a state server"
            : world.IsOccupied(id, evenByThoseLeaving: machine.Status != MachineStatus.Lost) ? "units are on it"
            : null;
}
