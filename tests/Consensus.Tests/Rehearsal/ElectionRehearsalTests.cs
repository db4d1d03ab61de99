using System.Collections.Concurrent;
using DotNext.Net.Cluster.Consensus.Raft;
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

    /// <summary>The library fails what waits for a leader when it ends, and a failure that nobody looks at is logged as a defect.</summary>
    [Fact]
    public async Task A_rehearsal_leaves_no_failure_that_nobody_observed()
    {
        using var parent = new TemporaryFolder();
        var unobserved = new ConcurrentQueue<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await ElectionRehearsal.RunAsync(parent.File("rehearsal"), TimeProvider.System, CancellationToken.None);
            for (var round = 0; round < 3; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.DoesNotContain(unobserved, failure => failure.InnerException is QuorumUnreachableException);
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

    [Fact]
    public async Task A_process_rehearses_once_whoever_asks_and_ends_with_its_member()
    {
        using var parent = new TemporaryFolder();
        var first = new RehearsalOnce(parent.File("one"), TimeProvider.System);
        await Task.WhenAll(first.EnsureAsync(CancellationToken.None), first.EnsureAsync(CancellationToken.None));
        await first.DisposeAsync();

        // A folder that can't be made: whoever rehearsed there would fail.
        await File.WriteAllTextAsync(parent.File("file"), "", CancellationToken.None);
        await using var second = new RehearsalOnce(Path.Combine(parent.File("file"), "two"), TimeProvider.System);
        await second.EnsureAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Nothing_is_rehearsed_for_a_member_that_ended()
    {
        using var parent = new TemporaryFolder();
        var ended = new RehearsalOnce(parent.File("one"), TimeProvider.System);
        await ended.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended.EnsureAsync(CancellationToken.None));
        Assert.False(Directory.Exists(parent.File("one")));
    }
}
