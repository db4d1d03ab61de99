namespace StateServer.Watching;

/// <summary>One message that waits to be sent to a client. Small: queues hold many.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Id">The watch, or <see cref="NoId"/>.</param>
/// <param name="Revision">The member's revision, as the message tells it; of <see cref="WatchMessageKind.Compacted"/> the compacted one.</param>
/// <param name="Content">The <see cref="WatchBatch"/> of events, or the reason of a refusal.</param>
/// <param name="WithPrevious">Whether events come with the version before them.</param>
/// <param name="Fragments">Whether events over the limit of a message are sent in parts.</param>
internal readonly record struct WatchMessage(
    WatchMessageKind Kind, long Id, long Revision, object? Content = null, bool WithPrevious = false, bool Fragments = false)
{
    /// <summary>The id that names no watch: of refusals, and of progress that all watches of a stream have made.</summary>
    public const long NoId = -1;

    /// <summary>Bytes that one takes in a queue: three words and three small fields.</summary>
    public const int SizeBytes = 32;

    /// <summary>The events, where it carries some.</summary>
    public WatchBatch? Batch => Content as WatchBatch;

    /// <summary>Why it was refused, where it was.</summary>
    public string? Reason => Content as string;

    /// <summary>The events of a batch, for one watcher.</summary>
    public static WatchMessage Of(Watcher watcher, WatchBatch batch) =>
        new(WatchMessageKind.Events, watcher.Id, batch.Revision, batch, watcher.WithPrevious, watcher.Fragments);
}
