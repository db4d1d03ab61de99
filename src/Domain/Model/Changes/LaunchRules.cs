using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Launch attempts: each is committed before it is made, and only the last one may be open.</summary>
internal static class LaunchRules
{
    private const int HashDigits = 64;

    public static Rejection? Reserve(ModelDraft draft, ReserveZoneCommand reserve)
    {
        if (CheckPending(draft, reserve.Machine, reserve.Zone, out var machine) is { } refused)
        {
            return refused;
        }

        if (machine!.Zone != reserve.Zone)
        {
            draft.Machines.Set(machine with { Zone = reserve.Zone });
        }

        return null;
    }

    public static Rejection? Begin(ModelDraft draft, BeginLaunchCommand begin)
    {
        if (CheckPending(draft, begin.Machine, begin.Zone, out var machine) is { } refused)
        {
            return refused;
        }

        var next = LastOf(machine!) + 1;
        if (begin.Number != next)
        {
            return ModelRefusal.Conflict($"launch attempt {begin.Number} of machine {begin.Machine} is out of turn: the next one is {next}");
        }

        if (begin.UserDataHash.Length != HashDigits || !begin.UserDataHash.All(char.IsAsciiHexDigitLower))
        {
            return ModelRefusal.Invalid($"a launch attempt needs the SHA-256 of its user data in {HashDigits} small hexadecimal digits");
        }

        var attempts = machine!.Attempts.Length < MachineRecord.MostAttempts ? machine.Attempts : machine.Attempts.RemoveAt(0);
        draft.Machines.Set(machine with
        {
            Zone = begin.Zone,
            Status = MachineStatus.Launching,
            Message = "",
            Attempts = attempts.Add(new LaunchAttempt(
                begin.Number, begin.Zone, begin.UserDataHash, LaunchOutcome.Unknown, "", draft.Timestamp, 0)),
            StatusSinceMilliseconds = draft.Timestamp,
        });
        draft.Tell(ModelEventKind.LaunchBegun, $"machine {machine.Id}", $"launch attempt {begin.Number} in zone {begin.Zone}");
        return null;
    }

    public static Rejection? End(ModelDraft draft, EndLaunchCommand end)
    {
        if (MachineRules.Find(draft, end.Machine, out var machine) is { } missing)
        {
            return missing;
        }

        if (machine!.Status != MachineStatus.Launching || LastOf(machine) != end.Number)
        {
            return ModelRefusal.Conflict(
                $"launch attempt {end.Number} of machine {end.Machine} is not under way: the last one is {LastOf(machine)}");
        }

        if (!Enum.IsDefined(end.Outcome) || end.Outcome == LaunchOutcome.Unknown
            || (end.Outcome == LaunchOutcome.Launched) != end.Instance.HasValue)
        {
            return ModelRefusal.Invalid("a launch attempt ends with an instance, or with a failure and none");
        }

        if (end.Instance is { } instance)
        {
            if (ArgumentCheck.Name(instance.Name ?? "", "instance id") is { } refused)
            {
                return refused;
            }

            draft.Machines.Set(Launched(draft, machine, instance));
        }
        else
        {
            Fail(draft, machine, end);
        }

        return null;
    }

    public static Rejection? Report(ModelDraft draft, ReportMachineCommand report)
    {
        var refused = MachineRules.Find(draft, report.Machine, out var machine)
                      ?? ArgumentCheck.Name(report.Instance.Name ?? "", "instance id")
                      ?? ArgumentCheck.Name(report.Address, "address")
                      ?? ArgumentCheck.Name(report.AgentVersion, "agent version");
        if (refused is not null)
        {
            return refused;
        }

        if (!MachineRules.MayRun(machine!))
        {
            return ModelRefusal.Conflict($"machine {machine!.Id} was not launched: instance {report.Instance} is not it");
        }

        if (machine!.Instance is { } known && known != report.Instance)
        {
            return ModelRefusal.Conflict($"machine {machine.Id} is instance {known}, not {report.Instance}");
        }

        Hear(draft, machine, report);
        return null;
    }

    private static void Hear(ModelDraft draft, MachineRecord machine, ReportMachineCommand report)
    {
        var launched = machine.Status == MachineStatus.Launching ? Launched(draft, machine, report.Instance) : machine;
        var isUp = launched.Status == MachineStatus.Starting;
        if (!isUp && launched.Address == report.Address && launched.AgentVersion == report.AgentVersion)
        {
            return;
        }

        draft.Machines.Set(launched with
        {
            Address = report.Address,
            AgentVersion = report.AgentVersion,
            Status = isUp ? MachineStatus.Running : launched.Status,
            StatusSinceMilliseconds = isUp ? draft.Timestamp : launched.StatusSinceMilliseconds,
        });
        draft.Tell(
            ModelEventKind.MachineReported,
            $"machine {machine.Id}",
            $"its agent reports from {report.Address}, version {report.AgentVersion}");
    }

    /// <summary>The machine after its launch is known to have been made. A dying one is to be terminated.</summary>
    private static MachineRecord Launched(ModelDraft draft, MachineRecord machine, InstanceId instance)
    {
        draft.Tell(ModelEventKind.Launched, $"machine {machine.Id}", $"launched as {instance} in zone {machine.Zone}");
        return machine with
        {
            Instance = instance,
            Status = machine.Life == Life.Dying ? MachineStatus.Terminating : MachineStatus.Starting,
            Attempts = EndLast(machine, LaunchOutcome.Launched, "", draft.Timestamp),
            StatusSinceMilliseconds = draft.Timestamp,
        };
    }

    /// <summary>
    /// The reservation goes too: the next zone is chosen anew, unless an operator asked for one. So are the constraints, which may have
    /// been set anew while the attempt was under way.
    /// </summary>
    private static void Fail(ModelDraft draft, MachineRecord machine, EndLaunchCommand end)
    {
        var detail = ModelLine.Of(end.Detail);
        draft.Tell(ModelEventKind.LaunchFailed, $"machine {machine.Id}", $"attempt {end.Number} in zone {machine.Zone} failed: {detail}");
        draft.Machines.Set(machine with
        {
            Zone = machine.Directive.Zone,
            Status = MachineStatus.Pending,
            Constraints = MachineRules.AskedBy(draft, machine)?.Constraints ?? machine.Constraints,
            Message = detail,
            Attempts = EndLast(machine, end.Outcome, detail, draft.Timestamp),
            StatusSinceMilliseconds = draft.Timestamp,
        });
        foreach (var unit in UnitPlaces.At(draft.Places.Left, machine.Id))
        {
            AssignmentRules.EndPredecessor(draft, draft.Units.Get(unit));
        }

        foreach (var unit in UnitPlaces.At(draft.Places.Assigned, machine.Id))
        {
            UnitRules.ForgetIfEnded(draft, draft.Units.Get(unit));
        }

        if (machine.Life == Life.Dying)
        {
            MachineEndRules.Forget(draft, machine.Id);
        }
    }

    private static ImmutableArray<LaunchAttempt> EndLast(MachineRecord machine, LaunchOutcome outcome, string detail, long now) =>
        machine.Attempts.SetItem(
            machine.Attempts.Length - 1,
            machine.Attempts[^1] with { Outcome = outcome, Detail = detail, EndedAtMilliseconds = now });

    private static int LastOf(MachineRecord machine) => machine.Attempts.IsEmpty ? 0 : machine.Attempts[^1].Number;

    private static Rejection? CheckPending(ModelDraft draft, MachineId id, Zone zone, out MachineRecord? machine)
    {
        if ((MachineRules.Find(draft, id, out machine) ?? ArgumentCheck.Zone(zone)) is { } refused)
        {
            return refused;
        }

        if (machine!.Life != Life.Alive || machine.Status != MachineStatus.Pending)
        {
            return ModelRefusal.Conflict($"machine {id} does not wait to be launched");
        }

        return machine.Directive.Zone is { } asked && asked != zone
            ? ModelRefusal.Conflict($"machine {id} was asked for in zone {asked}, not in {zone}")
            : null;
    }
}
