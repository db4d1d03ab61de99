using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>Last: what is left of services that are to go, and machines that are to go and run nothing any more.</summary>
internal static class RemovalPlanning
{
    public static void Draft(PlanDraft draft)
    {
        foreach (ServiceRecord service in draft.Input.Model.Services.Values)
        {
            if (service.Life == Life.Dying && draft.Index.Group(service.Name) is { Wanted: > 0 and var wanted } && draft.HasRoom())
            {
                EndServiceStep step = new(service.Name, wanted);
                draft.Add(step);
            }
        }

        DraftMachines(draft);
    }

    private static void DraftMachines(PlanDraft draft)
    {
        foreach (MachineId id in draft.Index.Dying)
        {
            MachineRecord machine = draft.Input.Model.Machines[id];
            if (machine.Status == MachineStatus.Terminating)
            {
                continue;
            }

            if (!draft.HasRoom())
            {
                return;
            }

            if (Obstacle(draft, machine) is { } obstacle)
            {
                draft.Add(Decision.Plain(null, id, "", obstacle));
                continue;
            }

            draft.Add(new RemoveMachineStep(id));
            draft.Add(Decision.Plain(null, id, $"remove machine {id}", ""));
        }
    }

    private static string? Obstacle(PlanDraft draft, MachineRecord machine)
    {
        Occupants occupants = draft.Index.On(machine.Id);
        // What is left of units on a lost machine ends with its instance: to wait for their word would be to wait for ever.
        int running = occupants.Units.Count + (machine.Status == MachineStatus.Lost ? 0 : occupants.Leaving.Count);
        return draft.Input.Members.Any(m => m.Machine == machine.Id) ? $"machine {machine.Id} is a state server; its membership ends first"
            : running > 0 ? $"{running} units have to end or to move first"
            : machine.Status == MachineStatus.Launching ? "the outcome of its launch is not known yet"
            : null;
    }
}
