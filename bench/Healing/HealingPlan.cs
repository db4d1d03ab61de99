namespace StateServer.Bench.Healing;

/// <summary>Which events befall which cluster.</summary>
internal static class HealingPlan
{
    /// <summary>
    /// The events of each cluster, in order: as many rounds of each kind as are asked for, kinds in turns. A cluster replaces at
    /// most as many lost members an hour as it has (the guard), so it suffers no more losses than that, and the next ones befall
    /// a new one. What is planned comes before them and is dealt out evenly.
    /// </summary>
    /// <param name="members">Members of a cluster.</param>
    /// <param name="rounds">Of each event.</param>
    /// <param name="events">Each once.</param>
    public static IReadOnlyList<IReadOnlyList<HealingEvent>> Of(int members, int rounds, IReadOnlyList<HealingEvent> events)
    {
        HealingEvent[] losses = [.. InTurns(rounds, events.Where(HealingEvents.IsLoss))];
        HealingEvent[] planned = [.. InTurns(rounds, events.Where(of => !HealingEvents.IsLoss(of)))];
        HealingEvent[][] clusters = losses.Length == 0 ? [[]] : [.. losses.Chunk(members)];
        return
        [
            .. clusters.Select((suffered, cluster) =>
                (HealingEvent[])[.. planned.Where((_, at) => at % clusters.Length == cluster), .. suffered])
                .Where(befalls => befalls.Length > 0),
        ];
    }

    private static IEnumerable<HealingEvent> InTurns(int rounds, IEnumerable<HealingEvent> events) =>
        Enumerable.Repeat(events, rounds).SelectMany(each => each);
}
