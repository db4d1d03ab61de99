namespace StateServer.Chaos.Histories;

/// <summary>The deletion of a key, as a watch told of it.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="SeenAt">When the first watch told, in nanoseconds of the monotonic clock.</param>
internal sealed record KeyEnd(long Revision, long SeenAt);
