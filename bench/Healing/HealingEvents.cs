namespace StateServer.Bench.Healing;

/// <summary>What events are called, on the command line and in tables.</summary>
internal static class HealingEvents
{
    private static readonly (HealingEvent Event, string Name)[] Names =
    [
        (HealingEvent.LeaderKilled, "leader-killed"),
        (HealingEvent.FollowerKilled, "follower-killed"),
        (HealingEvent.LeaderReplaced, "leader-replaced"),
        (HealingEvent.LeadershipTransferred, "transfer"),
    ];

    /// <summary>All, in the order of tables.</summary>
    public static IReadOnlyList<HealingEvent> All { get; } = [.. Names.Select(known => known.Event)];

    /// <summary>Its name.</summary>
    public static string NameOf(HealingEvent of) => Names.Single(known => known.Event == of).Name;

    /// <summary>The event of a name; null where there is none.</summary>
    public static HealingEvent? Find(string name) =>
        Names.Where(known => known.Name == name).Select(known => (HealingEvent?)known.Event).FirstOrDefault();

    /// <summary>True where a member is lost: what a cluster takes only so often an hour.</summary>
    public static bool IsLoss(HealingEvent of) => of is HealingEvent.LeaderKilled or HealingEvent.FollowerKilled;
}
