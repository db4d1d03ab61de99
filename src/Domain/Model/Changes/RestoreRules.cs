using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>What becomes of the model in a cluster that is made of a snapshot.</summary>
internal static class RestoreRules
{
    /// <summary>
    /// An operator has to confirm it before anything is ended. The machines of the old cluster's state servers go: their members
    /// are none of the new one, and no agent runs there, so that a unit which an operator put on one waits anew.
    /// </summary>
    public static void Begin(ModelDraft draft)
    {
        draft.SetRestored(true);
        foreach (var id in draft.Machines.Values.Where(machine => machine.StateServer is not null).Select(machine => machine.Id).ToList())
        {
            MachineEndRules.Vacate(draft, id, $"the state server on machine {id} is of the cluster before the restore");
            MachineEndRules.Forget(draft, id);
        }

        draft.Tell(ModelEventKind.Restored, "environment", "restored from a snapshot: nothing is ended or declared lost until an operator confirms it");
    }

    public static Rejection? Confirm(ModelDraft draft)
    {
        if (!draft.IsRestored)
        {
            return ModelRefusal.Conflict("there is no restore to confirm: the environment was neither restored from a snapshot nor recovered, or it is confirmed already");
        }

        draft.SetRestored(false);
        draft.Tell(ModelEventKind.RestoreConfirmed, "environment", "an operator confirmed the restore: what was launched before it is ended and replaced");
        return null;
    }
}
