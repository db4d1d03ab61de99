namespace StateServer.Watching;

/// <summary>Where a watcher stands; the hub's lock guards it.</summary>
internal enum WatcherState : byte
{
    /// <summary>Gets what happens as it happens.</summary>
    Synced,

    /// <summary>Is to be caught up from history, and waits for its turn.</summary>
    Behind,

    /// <summary>Is behind, and waits until its stream has room.</summary>
    Parked,

    /// <summary>Cancelled, or its stream has ended.</summary>
    Gone,
}
