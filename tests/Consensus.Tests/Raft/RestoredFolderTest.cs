using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Codec;
using StateServer.Domain.Apply;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>Members of a new cluster that begins with a restored state.</summary>
public sealed class RestoredFolderTest
{
    private static readonly ReplicatedState State = RestoredState.Of(Samples.State());

    [Fact]
    public async Task Restored_members_begin_behind_the_snapshot_and_go_on_after_a_restart()
    {
        await using var cluster = new TestCluster(3);
        for (var i = 0; i < 3; i++)
        {
            Make(cluster, i);
        }

        await cluster.StartAsync();
        var first = await cluster.ProposeAsync("one");
        Assert.InRange(first.Index, State.AppliedIndex + 1, State.AppliedIndex + 20);
        for (var i = 0; i < 3; i++)
        {
            await cluster.KillAsync(i);
        }

        await cluster.StartAsync();
        Assert.True((await cluster.ProposeAsync("two")).Index > first.Index);
        foreach (var member in cluster.Running)
        {
            Assert.Equal(State.AppliedIndex, member.Applier.Restored);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_member_that_begins_otherwise_is_told_so_and_nobody_votes(bool another)
    {
        await using var cluster = new TestCluster(3);
        Make(cluster, 0);
        Make(cluster, 1);
        if (another)
        {
            RestoredFolder.Make(cluster.FolderOf(2), new(7), cluster.Initial[2].Id, cluster.OptionsOf(2).InitialMembers, RestoredState.Of(State));
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.OpenAsync));
        using var stop = new CancellationTokenSource();
        var starts = cluster.Running.Select(member => member.StartAsync(stop.Token)).ToList();
        foreach (var member in cluster.Running)
        {
            await TestCluster.EventuallyAsync(
                () => member.Node.Status.Fault?.Contains("restore all of them from the same file", StringComparison.Ordinal) == true,
                () => member.Node.Status.ToString());
        }

        Assert.All(starts, start => Assert.False(start.IsCompleted));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(starts));
    }

    [Fact]
    public void A_used_folder_is_refused_and_nothing_is_left_behind()
    {
        using var temporary = new Log.TemporaryFolder();
        var folder = Path.Combine(temporary.Path, "data");
        Directory.CreateDirectory(folder);
        InitialMember[] members = [new(new(1), "a", "h:1")];
        RestoredFolder.Make(folder, new(7), new(1), members, State);
        var before = Names(temporary.Path);
        var refused = Assert.Throws<IOException>(() => RestoredFolder.Make(folder, new(7), new(1), members, State));
        Assert.Contains("is not empty (there is ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Names(temporary.Path));
        File.WriteAllText(Path.Combine(temporary.Path, "file"), "");
        Assert.Throws<IOException>(() => RestoredFolder.Make(Path.Combine(temporary.Path, "file"), new(7), new(1), members, State));
    }

    [Fact]
    public void A_damaged_restored_folder_does_not_begin()
    {
        using var temporary = new Log.TemporaryFolder();
        InitialMember[] members = [new(new(1), "a", "h:1")];
        var folder = Path.Combine(temporary.Path, "data");
        RestoredFolder.Make(folder, new(7), new(1), members, State);
        var file = Directory.GetFiles(Path.Combine(folder, "snapshots")).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[^5] ^= 1;
        File.WriteAllBytes(file, bytes);
        var opened = MemberFolder.Open(
            new()
            {
                DataFolder = folder,
                Id = new(1),
                Cluster = new(7),
                Name = "a",
                Zone = new("z"),
                PeerAddress = "h:1",
                ClientUrls = [],
                InitialMembers = [.. members],
                Version = "test",
            },
            Consensus.Log.Native.LibcDisk.Instance,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Throws<LogDamagedException>(() => opened.Beginning());
    }

    private static void Make(TestCluster cluster, int i) => RestoredFolder.Make(
        cluster.FolderOf(i), new(7), cluster.Initial[i].Id, cluster.Initial, State);

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
