using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Units' ends: a dying unit goes once nothing of it can run.</summary>
internal static class UnitRules
{
    /// <summary>Null, or that there is no such unit.</summary>
    public static Rejection? Find(ModelDraft draft, UnitName name, out UnitRecord? unit) =>
        draft.Units.TryGet(name, out unit)
            ? null
            : ModelRefusal.NotFound($"unit \"{ModelLine.Of(name.ToString())}\" not found");

    public static Rejection? Remove(ModelDraft draft, ImmutableArray<UnitName> units)
    {
        if (ArgumentCheck.Count(units.Length, 1, "units") is { } refused)
        {
            return refused;
        }

        foreach (var unit in units)
        {
            if (Find(draft, unit, out _) is { } missing)
            {
                return missing;
            }
        }

        foreach (var unit in units)
        {
            if (draft.Units.TryGet(unit, out _))
            {
                BeginEnd(draft, unit);
            }
        }

        return null;
    }

    /// <summary>Forgets dying units that no agent will report any more. Those that are gone are passed over.</summary>
    public static Rejection? RemoveDead(ModelDraft draft, ImmutableArray<AssignmentReference> units)
    {
        if (ArgumentCheck.Count(units.Length, 1, "units") is { } refused)
        {
            return refused;
        }

        foreach (var (name, assignment) in units)
        {
            if (draft.Units.TryGet(name, out var unit) && CheckDead(draft, unit, assignment) is { } alive)
            {
                return alive;
            }
        }

        foreach (var (name, _) in units)
        {
            if (draft.Units.TryGet(name, out _))
            {
                Forget(draft, name);
            }
        }

        return null;
    }

    /// <summary>Makes a unit dying, if it isn't; it goes at once where nothing of it can run.</summary>
    public static void BeginEnd(ModelDraft draft, UnitName name)
    {
        var unit = draft.Units.Get(name);
        if (unit.Life == Life.Alive)
        {
            unit = unit with { Life = Life.Dying };
            draft.SetUnit(unit);
            draft.Tell(ModelEventKind.UnitDying, $"unit {name}", "it is being removed");
        }

        ForgetIfEnded(draft, unit);
    }

    /// <summary>Forgets a dying unit where nothing of it can run.</summary>
    public static void ForgetIfEnded(ModelDraft draft, UnitRecord unit)
    {
        if (unit.Life == Life.Dying && HasEnded(draft, unit))
        {
            Forget(draft, unit.Name);
        }
    }

    private static void Forget(ModelDraft draft, UnitName name)
    {
        draft.RemoveUnit(name);
        draft.Tell(ModelEventKind.UnitRemoved, $"unit {name}", "it is gone");
        ServiceRules.RemoveIfEmpty(draft, name.Service);
    }

    /// <summary>A singleton may run on a lost machine until its lease ends, which the leader's loop waits for.</summary>
    private static bool HasEnded(ModelDraft draft, UnitRecord unit)
    {
        var isSingleton = draft.Services.Get(unit.Name.Service).IsSingleton;
        if (isSingleton && unit.Predecessor is not null)
        {
            return false;
        }

        if (unit.Machine is not { } id || unit.Status == UnitStatus.Stopped)
        {
            return true;
        }

        var machine = draft.Machines.Get(id);
        return !MachineRules.MayRun(machine) || (machine.Status == MachineStatus.Lost && !isSingleton);
    }

    private static Rejection? CheckDead(ModelDraft draft, UnitRecord unit, long assignment)
    {
        if (unit.Life == Life.Alive)
        {
            return ModelRefusal.Conflict($"unit {unit.Name} is not being removed");
        }

        if (unit.Assignment != assignment)
        {
            return ModelRefusal.Conflict($"unit {unit.Name} has the assignment {unit.Assignment}, not {assignment}");
        }

        var mayRun = unit.Machine is { } machine
                     && unit.Status != UnitStatus.Stopped
                     && draft.Machines.Get(machine) is { Status: not MachineStatus.Lost } host
                     && MachineRules.MayRun(host);
        return mayRun ? ModelRefusal.Conflict($"unit {unit.Name} may still run on machine {unit.Machine}") : null;
    }
}
