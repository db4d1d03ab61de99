using System.Collections.Immutable;
using System.Runtime.InteropServices;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Zones;

/// <summary>The zones in one decision: who is out and why, and who is best.</summary>
internal sealed class ZoneRanking
{
    private static readonly IZoneScore[] Scores = [new GroupPopulationScore(), new AllMachinesScore()];

    /// <summary>The zones of the least population of the group, best first: by all machines, then by name. Empty where all are out.</summary>
    public List<int> Best { get; } = [];

    /// <summary>All zones, for the report.</summary>
    public required ImmutableArray<ZoneConsidered> Considered { get; init; }

    /// <summary>Filters by skew what the standing rules left, and scores the rest.</summary>
    /// <param name="zones">The table.</param>
    /// <param name="standing">What the filters say, by place.</param>
    /// <param name="group">The group's population, by place.</param>
    /// <param name="machines">All machines, by place.</param>
    /// <param name="limits">The services whose skew must be held.</param>
    public static ZoneRanking Of(ZoneTable zones, Refusal?[] standing, int[] group, int[] machines, ReadOnlySpan<SkewLimit> limits)
    {
        ZoneConsidered[] considered = new ZoneConsidered[zones.Count];
        ZoneRanking ranking = new() { Considered = ImmutableCollectionsMarshal.AsImmutableArray(considered) };
        Span<int> emptiest = stackalloc int[limits.Length];
        for (int i = 0; i < limits.Length; i++)
        {
            emptiest[i] = Emptiest(standing, limits[i].Population);
        }

        for (int place = 0; place < considered.Length; place++)
        {
            string? rule = standing[place]?.Rule;
            string? reason = standing[place]?.Reason;
            for (int i = 0; i < limits.Length && rule is null; i++)
            {
                reason = limits[i].Refusal(place, emptiest[i]);
                rule = reason is null ? null : SkewLimit.RuleName;
            }

            considered[place] = new(zones[place].Zone, group[place], machines[place], rule, reason);
            if (rule is null)
            {
                ranking.Enter(place, group, machines);
            }
        }

        return ranking;
    }

    /// <summary>The emptiest zone that the service may use: a zone that only wants room counts, or a full zone would hide the skew.</summary>
    private static int Emptiest(Refusal?[] standing, int[] population)
    {
        int emptiest = -1;
        for (int place = 0; place < standing.Length; place++)
        {
            if (standing[place] is null or { Rule: CapacityZoneFilter.RuleName } && (emptiest < 0 || population[place] < population[emptiest]))
            {
                emptiest = place;
            }
        }

        return emptiest;
    }

    /// <summary>Keeps the zones that are best by the first score, in the order of all scores; places ascend by name.</summary>
    private void Enter(int place, int[] group, int[] machines)
    {
        if (Best.Count > 0)
        {
            int first = Scores[0].Of(group[place], machines[place]).CompareTo(Scores[0].Of(group[Best[0]], machines[Best[0]]));
            if (first > 0)
            {
                return;
            }

            if (first < 0)
            {
                Best.Clear();
            }
        }

        int at = Best.Count;
        while (at > 0 && IsBetter(place, Best[at - 1], group, machines))
        {
            at--;
        }

        Best.Insert(at, place);
    }

    private static bool IsBetter(int place, int other, int[] group, int[] machines)
    {
        foreach (IZoneScore score in Scores)
        {
            int order = score.Of(group[place], machines[place]).CompareTo(score.Of(group[other], machines[other]));
            if (order != 0)
            {
                return order < 0;
            }
        }

        return place < other;
    }
}
