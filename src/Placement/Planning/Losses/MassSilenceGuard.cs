using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;

namespace StateServer.Placement.Planning.Losses;

/// <summary>
/// Where more than a third of the agents fall silent at once, it is likelier that this leader hears badly than that all those
/// machines died. Then nothing is moved, unless the provider or the pattern shows the failure of a zone, or an operator
/// confirms it, which makes those machines lost. State servers have no agents and don't count. Machines whose instance is gone need no explanation and are left out of the count.
/// </summary>
internal static class MassSilenceGuard
{
    /// <summary>Judges all silence at once.</summary>
    public static SilenceVerdict Judge(PlanningInput input, PlacementIndex index)
    {
        long atLeast = Math.Max(1, SilentAgentRule.ReplaceAfterMilliseconds(input) / 2);
        Dictionary<MachineId, MachineRecord> silent = [];
        foreach ((MachineId id, long age) in input.Contact.SilentForMilliseconds)
        {
            // Half of the time counts already: those that fell silent together don't all get there at the same look.
            if (age >= atLeast && IsHeard(input, id) is { } machine)
            {
                silent.Add(id, machine);
            }
        }

        MachineRecord[] gone = [.. input.Contact.InstancesGone.Select(id => IsRunning(input.Model, id)).OfType<MachineRecord>()];
        int agents = index.Running - gone.Length;
        MachineRecord[] unexplained = [.. silent.Values.Where(m => !IsFailed(input, m.Zone))];
        if (unexplained.Length < PlanningLimits.FewestSilentThatAreMany || unexplained.Length * 3 <= agents)
        {
            return new SilenceVerdict("", null);
        }

        if (unexplained[0].Zone is { } zone && unexplained.All(m => m.Zone == zone))
        {
            int inZone = index.RunningIn(zone) - gone.Count(m => m.Zone == zone);
            if (unexplained.Length == inZone && silent.Count < agents)
            {
                return new SilenceVerdict("", zone);
            }
        }

        return new SilenceVerdict(
            $"{unexplained.Length} of {agents} agents are silent at once, more than a third: no unit is moved until a zone failure explains it or an operator confirms it",
            null);
    }

    private static MachineRecord? IsHeard(PlanningInput input, MachineId id) =>
        input.Contact.InstancesGone.Contains(id) ? null : IsRunning(input.Model, id);

    private static MachineRecord? IsRunning(ModelState model, MachineId id) =>
        model.Machines.TryGetValue(id, out MachineRecord? machine) && PlacementIndex.HasRunningAgent(machine) ? machine : null;

    private static bool IsFailed(PlanningInput input, Zone? zone) => input.Zones.Any(s => s.Zone == zone && !s.IsUsable);
}
