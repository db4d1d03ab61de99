using StateServer.Consensus.Raft;
using StateServer.Consensus.Recovery;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Recovery;

/// <summary>An old member's folder becomes that of a new cluster's only member, whatever moment the process dies at.</summary>
public sealed class RecoveredFolderTests
{
    private static readonly ClusterId Old = new(77);
    private static readonly ClusterId New = new(78);
    private static readonly NodeId Member = new(900);

    [Fact]
    public async Task One_of_three_goes_on_alone_with_all_that_its_disk_holds()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            Assert.IsType<PutOutcome>(await cluster[i % 3].Replica.ProposeAsync(Replica.Commands.Put($"key {i}")));
        }

        await Eventually.IsTrueAsync(
            () => cluster[0].Replica.State is { FeatureLevel: StateMachine.HighestFeatureLevel, Members.Count: 3 } all && all.VersionOf("key 39") == 1,
            "the one that stays has it all",
            seconds: 60);
        var address = cluster[0].Replica.State.Members[new(1)].PeerAddress;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.KillAsync));
        var folder = cluster.FolderOf(0);
        var held = DiskReading.Rebuild(folder);
        Assert.False(RecoveryChoice.Of([DiskReading.Look(folder)!])!.IsMajority);
        var recovered = Recover(folder, held, address);
        recovered.Commit();
        Assert.Equal("m1", held.Members[new(1)].Name);

        var options = TestOptions.Of(1) with
        {
            DataFolder = folder,
            Cluster = New,
            Id = Member,
            Name = "m1",
            PeerAddress = address,
            InitialMembers = [new(Member, "m1", address)],
        };
        for (var start = 0; start < 2; start++)
        {
            await using var alone = await HostedMember.StartAsync(options);
            Assert.IsType<PutOutcome>(await alone.Replica.ProposeAsync(Replica.Commands.Put($"after {start}")));
            var state = await alone.Replica.ReadLinearizableAsync(CancellationToken.None);
            Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(1, state.VersionOf($"key {i}")));
            Assert.Equal(1, state.VersionOf("after 0"));
            Assert.Equal(held.Incarnation + 1, state.Incarnation);
            await Eventually.IsTrueAsync(() => alone.Replica.State.Members.ContainsKey(Member), "it is registered");
            Assert.Equal([new(1), new(2), new(3)], alone.Replica.State.Membership.Tombstones);
        }

        Assert.Contains("not to member 1 of cluster 77", Assert.Throws<MemberFolderException>(() => Folders.Open(folder, Old, new(1))).Message, StringComparison.Ordinal);
        var aside = Assert.Throws<MemberFolderException>(() => Folders.Open(recovered.Aside, Old, new(1)));
        Assert.True(aside.IsRetired);
        Assert.Contains("its cluster lost its quorum, and goes on as cluster 78", aside.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_at_any_rename_leaves_the_old_member_or_the_new_one_and_never_a_mixture()
    {
        await using var cluster = new HostedCluster(options => options with { SnapshotEntries = 10 }, count: 1);
        await Folders.RunAsync(cluster, untilSnapshot: true);
        using var temporary = new TemporaryFolder();
        var held = DiskReading.Rebuild(cluster.FolderOf(0));
        var (kept, finished) = (0, 0);
        for (var failing = 1; ; failing++)
        {
            var folder = temporary.File($"crash-{failing}");
            Folders.Copy(cluster.FolderOf(0), folder);
            var disk = new FailingDisk(failing);
            try
            {
                Recover(folder, held, "127.0.0.1:1", disk).Commit();
            }
            catch (IOException)
            {
                // Dead.
            }

            if (disk.Renames < failing)
            {
                break;
            }

            if (!RecoveredFolder.IsDecided(folder) && DiskReading.Look(folder)!.Cluster == Old)
            {
                kept++;
                Assert.Equal(held.Digest, DiskReading.Rebuild(folder).Digest);
                Folders.Open(folder, Old, new(1));
                Recover(folder, held, "127.0.0.1:1").Commit();
            }
            else
            {
                finished++;
                Assert.Throws<MemberFolderException>(() => Folders.Open(folder, Old, new(1)));
            }

            Folders.Open(folder, New, Member);
            Assert.False(RecoveredFolder.IsDecided(folder));
            Assert.Equal(Expected(held).Digest, DiskReading.Rebuild(folder).Digest);
            Assert.Equal(["before-cluster-78", "identity", "snapshots", "vote"], Parts(folder));
            Assert.Equal(["identity", "log", "snapshots", "vote"], Parts(Path.Combine(folder, "before-cluster-78")));
        }

        Assert.True(kept > 3, $"{kept}");
        Assert.True(finished > 6, $"{finished}");
    }

    [Fact]
    public async Task What_is_decided_is_not_decided_again_and_what_is_staged_can_be_given_up()
    {
        await using var cluster = new HostedCluster(count: 1);
        await Folders.RunAsync(cluster);
        var folder = cluster.FolderOf(0);
        var before = Folders.Hashes(folder);
        var held = DiskReading.Rebuild(folder);
        Recover(folder, held, "127.0.0.1:1").Abandon();
        Assert.Equal(before, Folders.Hashes(folder));

        var staged = Recover(folder, held, "127.0.0.1:1");
        Directory.Move(Path.Combine(folder, "recovery-staged"), Path.Combine(folder, "recovery"));
        Assert.True(DiskReading.Look(folder) is { IsBeingRecovered: true, IsUsable: false });
        Assert.Contains("is decided already", Assert.Throws<IOException>(() => Recover(folder, held, "127.0.0.1:1")).Message, StringComparison.Ordinal);
        RecoveredFolder.Finish(folder);
        RecoveredFolder.Finish(folder);
        Assert.Equal((New, Member, true), DiskReading.Look(folder) is { } disk ? (disk.Cluster, disk.Node, disk.IsUsable) : default);
        Assert.True(Directory.Exists(staged.Aside));
    }

    [Fact]
    public async Task An_old_folder_with_a_damaged_identity_goes_aside_as_it_is()
    {
        await using var cluster = new HostedCluster(count: 1);
        await Folders.RunAsync(cluster);
        var folder = cluster.FolderOf(0);
        var held = DiskReading.Rebuild(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "identity"), "rubbish", TestContext.Current.CancellationToken);
        var recovered = Recover(folder, held, "127.0.0.1:1");
        recovered.Commit();
        Assert.Equal(Member, DiskReading.Look(folder)!.Node);
        Assert.Equal("rubbish", await File.ReadAllTextAsync(Path.Combine(recovered.Aside, "identity"), TestContext.Current.CancellationToken));
    }

    private static RecoveredFolder Recover(string folder, ReplicatedState held, string address, Consensus.Log.Native.IDisk? disk = null) =>
        RecoveredFolder.Stage(
            folder, New, new(Member, "m1", address), Expected(held), disk ?? new Consensus.Log.Native.LibcDisk(new Consensus.Log.Native.RefusedEnd()));

    private static ReplicatedState Expected(ReplicatedState held) =>
        RecoveredState.Of(held, new(Member, new(1), null, new("zone-1"), "127.0.0.1"));

    /// <summary>Without the library's idle folder, which holds nothing of ours and is copied only where it isn't empty.</summary>
    private static string[] Parts(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Where(part => part != "library").Order(StringComparer.Ordinal)];
}
