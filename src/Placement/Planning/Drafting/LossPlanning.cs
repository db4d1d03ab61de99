using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Losses;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>First of all: which machines are lost.</summary>
internal static class LossPlanning
{
    private static readonly ILossRule[] Rules = [new InstanceGoneRule(), new SilentAgentRule(), new NeverHeardRule()];

    public static void Draft(PlanDraft draft)
    {
        PlanningInput input = draft.Input;
        SortedSet<MachineId> suspects = [.. input.Contact.SilentForMilliseconds.Keys, .. input.Contact.InstancesGone, .. draft.Index.Starting];
        foreach (MachineId id in suspects)
        {
            if (!draft.HasRoom())
            {
                return;
            }

            // A state server has no agent: what becomes of it is the membership's to judge.
            if (input.Model.Machines.TryGetValue(id, out MachineRecord? machine) && machine is { StateServer: null } && machine.Status is MachineStatus.Starting or MachineStatus.Running)
            {
                Judge(draft, machine);
            }
        }
    }

    private static void Judge(PlanDraft draft, MachineRecord machine)
    {
        LossFinding? finding = Rules.Select(rule => rule.Judge(machine, draft.Input, draft.Silence)).FirstOrDefault(f => f is not null);
        if (finding is null)
        {
            return;
        }

        if (finding.IsLost)
        {
            draft.Lose(machine, finding.Reason);
            return;
        }

        draft.Add(Decision.Plain(null, machine.Id, "", finding.Reason));
        if (finding.LookAgainInMilliseconds is { } left)
        {
            draft.LookAgainAt(draft.Input.NowMilliseconds + left);
        }
    }
}
