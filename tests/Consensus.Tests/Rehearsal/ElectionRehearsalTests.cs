using StateServer.Consensus.Membership;
using StateServer.Consensus.Rehearsal;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Tests.Replica;

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

    /// <summary>On a disk that is full, or whose syncs fail, a real log or vote ends the process.</summary>
    [Fact]
    public async Task Nothing_but_the_librarys_idle_log_is_on_the_disk()
    {
        using var parent = new TemporaryFolder();
        var options = ElectionRehearsal.OptionsOf(new(1), parent.Path);
        await using var member = new RehearsedMember(options, _ => null, TimeProvider.System);
        await member.StartAsync(new ClusterConfiguration([new ConfigurationMember(options.Id, options.Name, options.PeerAddress)]), CancellationToken.None);
        await member.Cluster!.StandNowAsync();
        await Eventually.IsTrueAsync(() => member.Leads, "it leads");
        Assert.Equal(member.AppliedIndex + 1, member.Append());
        Assert.All(
            Directory.EnumerateFiles(options.DataFolder, "*", SearchOption.AllDirectories),
            file => Assert.StartsWith(Path.Combine(options.DataFolder, "library"), file, StringComparison.Ordinal));
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
