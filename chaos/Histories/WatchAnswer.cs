namespace StateServer.Chaos.Histories;

/// <summary>One answer of a watch: events, or a notification of progress where there are none.</summary>
/// <param name="Revision">The revision in its header.</param>
/// <param name="IsFragment">Whether the next answer goes on with the same revision.</param>
/// <param name="Changes">The events, in their order.</param>
/// <param name="At">When it came, in nanoseconds of the monotonic clock.</param>
internal sealed record WatchAnswer(long Revision, bool IsFragment, IReadOnlyList<KeyChange> Changes, long At = 0);
