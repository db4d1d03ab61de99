using FsCheck.Xunit;

namespace StateServer.StateServer.Tests.Watching;

/// <summary>
/// Random writes, compactions, restored snapshots, watches and slow clients, with bounds so small that all of them are reached;
/// every watch must be told what its twin says.
/// </summary>
public sealed class WatchTwinTests
{
    [Property(MaxTest = 400)]
    public void Every_watch_is_told_what_its_twin_says(int seed)
    {
        using var story = new WatchStory(seed);
        story.Run();
    }
}
