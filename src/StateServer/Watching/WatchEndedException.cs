namespace StateServer.Watching;

/// <summary>A watch of this process's own was ended.</summary>
/// <param name="ending">Why.</param>
internal sealed class WatchEndedException(WatchEnding ending) : Exception($"the watch was ended: {ending.Reason}")
{
    /// <summary>Why.</summary>
    public WatchEnding Ending { get; } = ending;
}
