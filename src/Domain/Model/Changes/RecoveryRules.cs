using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model.Changes;

/// <summary>What becomes of the model in a cluster that is made of one member's disk.</summary>
internal static class RecoveryRules
{
    /// <summary>
    /// An operator has to confirm it before anything is ended. The old members' machines are to end, whatever they are doing; the new
    /// member's is the one that it runs on, as if it had been taken in.
    /// </summary>
    public static void Begin(ModelDraft draft, RecoveredMember member)
    {
        draft.SetRestored(true);
        var kept = Seat(draft, member);
        foreach (var machine in draft.Machines.Values.Where(machine => machine.StateServer is not null && machine.Id != kept).ToList())
        {
            MachineEndRules.End(draft, machine);
        }

        if (kept is { } own)
        {
            draft.Machines.Set(draft.Machines.Get(own) with { StateServer = member.Id, Status = MachineStatus.Running, Message = "" });
        }
        else
        {
            TakeIn(draft, member);
        }

        draft.Tell(
            ModelEventKind.Restored,
            "environment",
            $"recovered from what one state server held, in zone {member.Zone}: nothing is ended or declared lost until an operator confirms it");
    }

    /// <summary>The predecessor's machine, where it is the one that the new member runs on.</summary>
    private static MachineId? Seat(ModelDraft draft, RecoveredMember member) => draft.Machines.Values
        .FirstOrDefault(machine => machine.StateServer == member.Predecessor
            && machine.Life == Life.Alive
            && machine.Instance is not null
            && (member.Instance is null || machine.Instance == member.Instance))?.Id;

    /// <summary>A machine that the model doesn't know as the predecessor's: what it knows by that name ran another one before.</summary>
    private static void TakeIn(ModelDraft draft, RecoveredMember member)
    {
        if (member.Instance is not { } instance)
        {
            return;
        }

        foreach (var known in draft.Machines.Values.Where(machine => machine.Instance == instance).ToList())
        {
            MachineEndRules.Vacate(draft, known.Id, $"the state server on machine {known.Id} is of the cluster before the recovery");
            MachineEndRules.Forget(draft, known.Id);
        }

        AdoptMachineCommand adopt = new(member.Id, draft.Settings.DefaultSeries, member.Zone, instance, member.Address);
        if (MachineRules.Adopt(draft, adopt) is { } refused)
        {
            // The model has no room for one more: the member runs all the same, and its machine is taken in by nobody.
            draft.Tell(ModelEventKind.Restored, "environment", $"the machine that it runs on is not in the model: {refused.Detail}");
        }
    }
}
