namespace StateServer.Placement.Reconciliation;

/// <summary>The times and bounds that the loop on the leader works by. How long a machine may be silent is the environment's setting, not the process's.</summary>
public sealed record ReconciliationOptions
{
    /// <summary>The longest from one look to the next, where nothing wakes the loop.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same for the members while one is silent, or learns: an election takes longer, and a look is a millisecond's work.</summary>
    public TimeSpan WatchfulPeriod { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The shortest from one look to the next: a model that changes all the time is looked at 20 times a second.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>From the end of one refreshment of zones and instances to the next: clouds throttle who asks more often.</summary>
    public TimeSpan ProviderPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From one listing to another that was asked for, by who waits for what it launched or ended.</summary>
    public TimeSpan ShortestProviderPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a listing of zones or instances, or the end of an instance, may take.</summary>
    public TimeSpan ProviderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a launch may take: clouds answer before the machine boots.</summary>
    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Launches under way at once.</summary>
    public int MostLaunches { get; init; } = 8;

    /// <summary>Instances that are being ended at once.</summary>
    public int MostTerminations { get; init; } = 8;

    /// <summary>How long agents may take to find a new leader, before any silence counts: they wait 5 s at most between two tries.</summary>
    public TimeSpan AgentGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An agent that was not heard for so long is silent: it misses its third heartbeat of one a second.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Two complete listings must lie so far apart until an instance missing in both is gone, or one without a record a stray.</summary>
    public TimeSpan BetweenListings { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A member that was heard within it counts as alive in a quorum: the longest election timeout.</summary>
    public TimeSpan AliveWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a launched member may take until it joins: clouds boot within minutes.</summary>
    public TimeSpan StartGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a member that has joined may take until it is caught up; after it another is launched in its place. A state of gigabytes takes minutes.</summary>
    public TimeSpan LearnGrace { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long an operation on votes may stand still until it is aborted, mended or undone.</summary>
    public TimeSpan TurnBack { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a zone must be seen usable without a gap until members are moved into it.</summary>
    public TimeSpan RebalanceAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one vote change, or handing over, may take: some election timeouts.</summary>
    public TimeSpan VoteTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a singleton runs on after its agent's last answered heartbeat; 2 s to 1 h.</summary>
    public TimeSpan SingletonLease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From TERM to KILL of a unit's processes; 0 to 1 h.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After the last answer that renewed a singleton's lease: when no process of it can run any more. A tenth is added, because
    /// clocks of two machines may run so differently; they differ by some hundred parts in a million.
    /// </summary>
    public TimeSpan SuccessorWait => (SingletonLease + StopGrace) * 1.1;

    /// <summary>What can't be right, one line each; empty where all is.</summary>
    public IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] times =
        [
            ("period", Period, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            ("watchful period", WatchfulPeriod, TimeSpan.FromMilliseconds(10), Period),
            ("shortest pause", ShortestPause, TimeSpan.Zero, Period),
            ("provider period", ProviderPeriod, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            ("shortest provider pause", ShortestProviderPause, TimeSpan.Zero, ProviderPeriod),
            ("provider timeout", ProviderTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            ("launch timeout", LaunchTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)),
            ("agent grace", AgentGrace, TimeSpan.Zero, TimeSpan.FromHours(1)),
            ("silent after", SilentAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ("between listings", BetweenListings, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ("alive within", AliveWithin, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            ("start grace", StartGrace, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ("learn grace", LearnGrace, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            ("turn back", TurnBack, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)),
            ("rebalance after", RebalanceAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            ("vote timeout", VoteTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            ("singleton lease", SingletonLease, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1)),
            ("stop grace", StopGrace, TimeSpan.Zero, TimeSpan.FromHours(1)),
        ];
        foreach (var (name, value, least, most) in times)
        {
            if (value < least || value > most)
            {
                yield return $"{name} {value.TotalSeconds:0.###} s: give {least.TotalSeconds:0.###} to {most.TotalSeconds:0.###} s";
            }
        }

        foreach (var (name, value) in new[] { ("launches at once", MostLaunches), ("terminations at once", MostTerminations) })
        {
            if (value is < 1 or > 256)
            {
                yield return $"{name} {value}: give 1 to 256";
            }
        }
    }
}
