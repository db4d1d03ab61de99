using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Machines' losses, returns and ends.</summary>
internal static class MachineEndRules
{
    public static Rejection? Remove(ModelDraft draft, RemoveMachinesCommand remove)
    {
        if ((ArgumentCheck.Count(remove.Machines.Length, 1, "machines") ?? CheckRemovable(draft, remove)) is { } refused)
        {
            return refused;
        }

        foreach (var id in remove.Machines)
        {
            if (!draft.Machines.TryGet(id, out var machine))
            {
                continue;
            }

            End(draft, machine);
        }

        return null;
    }

    /// <summary>Takes a machine's units away and ends it, at once where nothing was launched for it.</summary>
    public static void End(ModelDraft draft, MachineRecord machine)
    {
        foreach (var unit in UnitPlaces.At(draft.Places.Assigned, machine.Id))
        {
            AssignmentRules.Leave(draft, draft.Units.Get(unit), $"machine {machine.Id} is being removed");
        }

        BeginEnd(draft, machine);
    }

    public static Rejection? Terminated(ModelDraft draft, MachineId id)
    {
        if (MachineRules.Find(draft, id, out var machine) is { } missing)
        {
            return missing;
        }

        if (machine!.Life == Life.Alive && machine.Status != MachineStatus.Lost)
        {
            return ModelRefusal.Conflict($"machine {id} is neither lost nor being removed");
        }

        Vacate(draft, id, $"machine {id} is gone");
        Forget(draft, id);
        return null;
    }

    public static Rejection? Lose(ModelDraft draft, MarkMachineLostCommand lost)
    {
        if (MachineRules.Find(draft, lost.Machine, out var machine) is { } missing)
        {
            return missing;
        }

        if (machine!.Status == MachineStatus.Lost)
        {
            return null;
        }

        if (machine.Life != Life.Alive || machine.Status is not (MachineStatus.Starting or MachineStatus.Running))
        {
            return ModelRefusal.Conflict($"machine {machine.Id} can't be lost: it is not launched, or is being removed");
        }

        Lose(draft, machine, lost.Why);
        return null;
    }

    public static Rejection? ConfirmLost(ModelDraft draft, ImmutableArray<MachineId> machines)
    {
        if (ArgumentCheck.Count(machines.Length, 1, "machines") is { } refused)
        {
            return refused;
        }

        foreach (var id in machines)
        {
            if (MachineRules.Find(draft, id, out var machine) is { } missing)
            {
                return missing;
            }

            if (machine!.StateServer is not null)
            {
                return ModelRefusal.Conflict($"machine {id} can't be lost by an operator's word: a state server runs on it");
            }

            if (machine.Life != Life.Alive || machine.Status is not (MachineStatus.Starting or MachineStatus.Running or MachineStatus.Lost))
            {
                return ModelRefusal.Conflict($"machine {id} can't be lost: it is not launched, or is being removed");
            }
        }

        foreach (var id in machines)
        {
            if (draft.Machines.Get(id) is { Status: not MachineStatus.Lost } machine)
            {
                Lose(draft, machine, "an operator confirmed its loss");
            }
        }

        return null;
    }

    public static Rejection? Return(ModelDraft draft, MachineId id)
    {
        if (MachineRules.Find(draft, id, out var machine) is { } missing)
        {
            return missing;
        }

        if (machine!.Status == MachineStatus.Lost)
        {
            draft.Machines.Set(machine with
            {
                Status = MachineStatus.Running,
                Message = "",
                StatusSinceMilliseconds = draft.Timestamp,
            });
            draft.Tell(ModelEventKind.MachineReturned, $"machine {id}", "its agent is heard again");
        }

        return null;
    }

    /// <summary>Nothing runs on a machine any more: who left it has ended, and who is on it waits anew.</summary>
    public static void Vacate(ModelDraft draft, MachineId id, string why)
    {
        foreach (var name in UnitPlaces.At(draft.Places.Left, id))
        {
            AssignmentRules.EndPredecessor(draft, draft.Units.Get(name));
        }

        foreach (var name in UnitPlaces.At(draft.Places.Assigned, id))
        {
            var unit = draft.Units.Get(name);
            AssignmentRules.Free(draft, unit, unit.Predecessor, why);
        }
    }

    /// <summary>Forgets a dying machine of which nothing was launched.</summary>
    public static void Forget(ModelDraft draft, MachineId id)
    {
        draft.Machines.Remove(id);
        draft.Tell(ModelEventKind.MachineRemoved, $"machine {id}", "it is gone");
    }

    private static void Lose(ModelDraft draft, MachineRecord machine, string why)
    {
        draft.Machines.Set(machine with
        {
            Status = MachineStatus.Lost,
            Message = ModelLine.Of(why),
            StatusSinceMilliseconds = draft.Timestamp,
        });
        draft.Tell(ModelEventKind.MachineLost, $"machine {machine.Id}", why);
        foreach (var unit in UnitPlaces.At(draft.Places.Assigned, machine.Id))
        {
            UnitRules.ForgetIfEnded(draft, draft.Units.Get(unit));
        }
    }

    private static Rejection? CheckRemovable(ModelDraft draft, RemoveMachinesCommand remove)
    {
        var hosted = 0;
        foreach (var id in remove.Machines)
        {
            if (MachineRules.Find(draft, id, out var machine) is { } missing)
            {
                return missing;
            }

            if (machine!.StateServer is not null)
            {
                return ModelRefusal.Conflict($"machine {id} is required by the environment: a state server runs on it");
            }

            var units = UnitPlaces.At(draft.Places.Assigned, id);
            hosted += units.Count;
            if (units.Count > 0 && !remove.Force)
            {
                var more = units.Count > 1 ? $" and {units.Count - 1} more" : "";
                return ModelRefusal.Conflict(
                    $"machine {id} has unit \"{units[0]}\"{more} assigned; remove the units first, or use --force");
            }
        }

        return hosted > ModelLimits.MostPerCommand
            ? ModelRefusal.Limit($"the machines host {hosted} units: remove so few at once that it is at most {ModelLimits.MostPerCommand}")
            : null;
    }

    private static void BeginEnd(ModelDraft draft, MachineRecord machine)
    {
        if (machine.Life == Life.Dying)
        {
            return;
        }

        draft.Tell(ModelEventKind.MachineDying, $"machine {machine.Id}", "it is being removed");
        if (!MachineRules.MayRun(machine))
        {
            Forget(draft, machine.Id);
            return;
        }

        draft.Machines.Set(machine with
        {
            Life = Life.Dying,
            Status = machine.Instance is null ? machine.Status : MachineStatus.Terminating,
            Message = "",
            StatusSinceMilliseconds = draft.Timestamp,
        });
    }
}
