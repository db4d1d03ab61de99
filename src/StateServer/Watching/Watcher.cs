namespace StateServer.Watching;

/// <summary>One watch of one stream. The hub's lock guards what changes.</summary>
/// <param name="stream">The stream that it belongs to.</param>
/// <param name="id">Its id, unique within the stream.</param>
/// <param name="spec">What was asked for; not kept, since a hundred thousand of these should be small.</param>
internal sealed class Watcher(WatchStream stream, long id, WatchSpec spec)
{
    /// <summary>The stream that it belongs to.</summary>
    public WatchStream Stream { get; } = stream;

    /// <summary>Its id, unique within the stream.</summary>
    public long Id { get; } = id;

    /// <summary>The revision that the client asked for; 0 for none.</summary>
    public long StartRevision { get; } = spec.StartRevision;

    /// <summary>Which events are left out.</summary>
    public WatchFilter Filter { get; } = spec.Filter;

    /// <summary>Whether events come with the version before them.</summary>
    public bool WithPrevious { get; } = spec.WithPrevious;

    /// <summary>Whether a response over the limit is sent in parts.</summary>
    public bool Fragments { get; } = spec.Fragments;

    /// <summary>Whether the revision is told now and then while nothing happens.</summary>
    public bool WantsProgress { get; } = spec.WantsProgress;

    /// <summary>True while no event was handed over since progress was last due.</summary>
    public bool IsQuiet { get; set; } = true;

    /// <summary>Where it stands.</summary>
    public WatcherState State { get; set; }

    /// <summary>
    /// The lowest revision whose events it may still need. Of one that is synced, everything up to the hub's revision was
    /// handed over besides.
    /// </summary>
    public long NextRevision { get; set; }

    /// <summary>The watchers of the same range, where it is in a group.</summary>
    public WatchTarget Target { get; set; } = null!;

    /// <summary>Its place there.</summary>
    public int Slot { get; set; }
}
