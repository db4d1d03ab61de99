using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Runs;

/// <summary>What happens in a run, from its plan alone: the same plan gives the same schedule.</summary>
internal static class FaultSchedule
{
    private const double CompanionShare = 0.25;
    private const double HealingShare = 0.75;

    /// <summary>The endless sequence of steps; a run takes as many as it has time for. Each fault comes once before any comes again.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="layerOf">Gives a fault's layer, by its name.</param>
    public static IEnumerable<ScheduledFault> Draw(RunPlan plan, Func<string, FaultLayer> layerOf)
    {
        var random = new Random(plan.Seed);
        string[] deck = [.. plan.Faults.Order(StringComparer.Ordinal)];
        while (deck.Length > 0)
        {
            random.Shuffle(deck);
            foreach (string fault in deck)
            {
                string[] partners = [.. deck.Where(other => GoTogether(layerOf(fault), layerOf(other))).Order(StringComparer.Ordinal)];
                bool together = random.NextDouble() < CompanionShare;
                string? companion = partners.Length > 0 && together && plan.Together ? partners[random.Next(partners.Length)] : null;
                yield return new ScheduledFault(
                    fault,
                    random.Next(),
                    companion,
                    random.Next(),
                    random.NextDouble() < HealingShare,
                    TimeSpan.FromSeconds(0.2 + (random.NextDouble() * 1.8)));
            }
        }
    }

    /// <summary>Processes or disks beside links, clocks or leadership; nothing beside a changed folder but links.</summary>
    public static bool GoTogether(FaultLayer one, FaultLayer other) =>
        (IsOfMembers(one) && IsBetweenMembers(other))
        || (IsBetweenMembers(one) && IsOfMembers(other))
        || (one == FaultLayer.Folder && other == FaultLayer.Network)
        || (one == FaultLayer.Network && other == FaultLayer.Folder);

    private static bool IsOfMembers(FaultLayer layer) => layer is FaultLayer.Process or FaultLayer.Disk;

    private static bool IsBetweenMembers(FaultLayer layer) => layer is FaultLayer.Network or FaultLayer.Clock or FaultLayer.Leadership;
}
