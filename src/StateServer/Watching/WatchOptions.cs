namespace StateServer.Watching;

/// <summary>The bounds of watching on one member. The defaults are those of the command line.</summary>
internal sealed record WatchOptions
{
    /// <summary>How often a quiet watch that asked for it is told the revision, up to a tenth more by chance. Default 10 min, etcd's.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most watches of this member; one more is refused. Default 1,000,000: some 350 MB.</summary>
    public int MaxWatches { get; init; } = 1_000_000;

    /// <summary>
    /// Bytes of memory, about, of what may wait to be sent to all clients together; those that have more waiting fall behind,
    /// and are caught up from history. Default 128 MiB.
    /// </summary>
    public long MaxBacklogBytes { get; init; } = 128L << 20;

    /// <summary>Bytes that may wait for one client. Default 4 MiB: two full messages, so that the next is there when one is sent.</summary>
    public int MaxStreamBytes { get; init; } = 4 << 20;

    /// <summary>Messages that may wait for one client. Default 8,192: an event for each of a few thousand watches, in 256 KiB.</summary>
    public int MaxStreamMessages { get; init; } = 8_192;

    /// <summary>
    /// Bytes of keys and values in a response, unless a single revision has more; and the size above which a response is sent
    /// in parts where the client asked for that. Default 2 MiB, etcd's: the largest request and 512 KiB.
    /// </summary>
    public int MaxResponseBytes { get; init; } = 2 << 20;

    /// <summary>Bytes of keys and values of applied changes that may wait to be handed to watchers; past it they come from history. Default 32 MiB.</summary>
    public long MaxInboxBytes { get; init; } = 32L << 20;

    /// <summary>Changes that may wait likewise. Default 65,536.</summary>
    public int MaxInboxEvents { get; init; } = 65_536;

    /// <summary>
    /// Entries that may wait likewise. Default 4,096: each holds a version of the state, of which some 8 KiB are its own.
    /// </summary>
    public int MaxInboxEntries { get; init; } = 4_096;

    /// <summary>Changes read from history at a time: a millisecond or two, in which nothing else is handed out. Default 1,024.</summary>
    public int HistoryStep { get; init; } = 1_024;

    /// <summary>Watchers caught up together. Default 512, as in etcd.</summary>
    public int WatchersPerStep { get; init; } = 512;

    /// <summary>How long this member may be without a leader before watches that require one are ended. Default 3 s: three election timeouts, as in etcd.</summary>
    public TimeSpan LeaderlessLimit { get; init; } = TimeSpan.FromSeconds(3);
}
