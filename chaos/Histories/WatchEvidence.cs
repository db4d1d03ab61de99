namespace StateServer.Chaos.Histories;

/// <summary>All that is known at the end of a run about one range of keys and those who watched it.</summary>
internal sealed record WatchEvidence
{
    /// <summary>The whole range.</summary>
    public required WatchAim Whole { get; init; }

    /// <summary>A revision at which there was no key in the range yet.</summary>
    public required long EmptyAt { get; init; }

    /// <summary>The compact revision at the end; 0 where nothing was compacted.</summary>
    public long CompactedTo { get; init; }

    public required IReadOnlyCollection<WatchSpan> Spans { get; init; }

    public required IReadOnlyCollection<TrackedWrite> Writes { get; init; }

    /// <summary>Reads of the whole range at past revisions, the final one among them.</summary>
    public required IReadOnlyCollection<PastRead> Reads { get; init; }
}
