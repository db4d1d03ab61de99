using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;

namespace StateServer.Placement.Planning.Losses;

/// <summary>
/// The zones that fell silent as a whole: nothing is placed in them while the provider hasn't said so itself. That is
/// remembered as long as a want of room is, so that a zone whose machines are gone for good is tried again.
/// </summary>
internal static class SilentZones
{
    /// <summary>The zone whose failure explains the silence now, and those where it explained it a while ago and still nobody is in contact.</summary>
    public static ImmutableHashSet<Zone> Find(PlanningInput input, PlacementIndex index, SilenceVerdict silence)
    {
        Dictionary<Zone, int> lost = [];
        foreach (MachineRecord machine in index.Lost.Select(id => input.Model.Machines[id]))
        {
            if (machine.Zone is { } zone
                && input.NowMilliseconds - machine.StatusSinceMilliseconds < PlanningLimits.CapacityMemoryMilliseconds
                && !input.Contact.InstancesGone.Contains(machine.Id))
            {
                lost[zone] = lost.GetValueOrDefault(zone) + 1;
            }
        }

        ImmutableHashSet<Zone> zones = [.. lost.Where(z => z.Value >= PlanningLimits.FewestSilentThatAreMany && !IsHeard(input, index, z.Key)).Select(z => z.Key)];
        return silence.FailedZone is { } failed ? zones.Add(failed) : zones;
    }

    private static bool IsHeard(PlanningInput input, PlacementIndex index, Zone zone)
    {
        int silent = input.Contact.SilentForMilliseconds.Keys.Count(id =>
            input.Model.Machines.TryGetValue(id, out MachineRecord? machine) && PlacementIndex.HasRunningAgent(machine) && machine.Zone == zone);
        return index.RunningIn(zone) > silent;
    }
}
