using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Indexing;

namespace StateServer.Placement.Planning;

/// <summary>Which units of a service go when an operator wants fewer and names none.</summary>
public static class RemovalChoice
{
    /// <summary>
    /// First those that stand nowhere, since nothing runs there; then one by one the newest of the zone that is fullest at that
    /// point, of equals the zone with more machines, then the last by name: the order of placement backwards.
    /// </summary>
    /// <param name="index">The model.</param>
    /// <param name="service">The service.</param>
    /// <param name="count">How many, 0 or more.</param>
    /// <returns>At most so many, fewer where the service has fewer that are wanted; in the order they were chosen.</returns>
    public static ImmutableArray<UnitName> ChooseUnitsToRemove(PlacementIndex index, ServiceName service, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (index.Group(service) is not { } group)
        {
            return [];
        }

        var chosen = ImmutableArray.CreateBuilder<UnitName>();
        foreach (int unit in group.Unplaced.Reverse().Take(count))
        {
            chosen.Add(new UnitName(service, unit));
        }

        var zones = group.Standing
            .Select(z => (Zone: z.Key, Left: z.Value.Count, Machines: index.MachinesIn(z.Key), Newest: z.Value.Reverse().GetEnumerator()))
            .OrderByDescending(z => z.Machines).ThenByDescending(z => z.Zone)
            .ToArray();
        while (chosen.Count < count && zones.Length > 0)
        {
            int fullest = 0;
            for (int i = 1; i < zones.Length; i++)
            {
                fullest = zones[i].Left > zones[fullest].Left ? i : fullest;
            }

            if (zones[fullest].Left == 0 || !zones[fullest].Newest.MoveNext())
            {
                break;
            }

            chosen.Add(new UnitName(service, zones[fullest].Newest.Current));
            zones[fullest].Left--;
        }

        return chosen.ToImmutable();
    }
}
