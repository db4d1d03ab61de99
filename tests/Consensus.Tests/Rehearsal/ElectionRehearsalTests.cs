using StateServer.Consensus.Rehearsal;
using StateServer.Consensus.Tests.Log;

namespace StateServer.Consensus.Tests.Rehearsal;

public sealed class ElectionRehearsalTests
{
    [Fact]
    public async Task A_rehearsal_elects_hands_over_and_leaves_nothing_behind()
    {
        using var parent = new TemporaryFolder();
        var folder = parent.File("rehearsal");
        Directory.CreateDirectory(Path.Combine(folder, "1"));
        await File.WriteAllTextAsync(Path.Combine(folder, "1", "vote"), "of one that was killed in the middle", CancellationToken.None);
        await ElectionRehearsal.RunAsync(folder, TimeProvider.System, CancellationToken.None);
        Assert.False(Directory.Exists(folder));
        await ElectionRehearsal.RunAsync(folder, TimeProvider.System, CancellationToken.None);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_rehearsal_that_is_ended_early_leaves_nothing_behind()
    {
        using var parent = new TemporaryFolder();
        var folder = parent.File("rehearsal");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ElectionRehearsal.RunAsync(folder, TimeProvider.System, new CancellationToken(canceled: true)));
        Assert.False(Directory.Exists(folder));
    }
}
