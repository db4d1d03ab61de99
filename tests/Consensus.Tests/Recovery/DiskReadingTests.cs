using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Recovery;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Recovery;

/// <summary>What is read of members' disks, of which not a byte changes.</summary>
public sealed class DiskReadingTests
{
    [Theory]
    [InlineData(100_000)]
    [InlineData(20)]
    public async Task Stopped_members_disks_hold_all_that_was_acknowledged_and_are_left_as_they_were(long snapshotEntries)
    {
        await using var cluster = new HostedCluster(options => options with { SnapshotEntries = snapshotEntries, TailEntries = 5 });
        await cluster.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            Assert.IsType<PutOutcome>(await cluster[i % 3].Replica.ProposeAsync(Replica.Commands.Put($"key {i}")));
        }

        await Eventually.IsTrueAsync(() => cluster[0].Replica.State.Members.Count == 3, "all are registered");
        await Eventually.IsTrueAsync(
            () => snapshotEntries > 1_000 || Enumerable.Range(0, 3).All(i => Folders.HasSnapshot(cluster.FolderOf(i))), "all have snapshots", seconds: 60);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.KillAsync));
        var before = Enumerable.Range(0, 3).Select(i => Folders.Hashes(cluster.FolderOf(i))).ToList();
        var disks = Enumerable.Range(0, 3).Select(i => DiskReading.Look(cluster.FolderOf(i))!).ToList();
        Assert.All(disks, disk => Assert.True(disk.IsUsable, disk.Damage));
        Assert.Equal([new(1), new(2), new(3)], disks.Select(disk => disk.Node));
        Assert.All(disks, disk => Assert.Equal(new(77), disk.Cluster));
        Assert.All(disks, disk => Assert.Equal(["m1", "m2", "m3"], disk.Log!.Voters.Select(voter => voter.Name)));
        Assert.All(disks, disk => Assert.InRange(disk.Log!.CommitIndex, disk.Log.SnapshotIndex, disk.Log.LastIndex));
        Assert.All(disks, disk => Assert.InRange(disk.Log!.LastTerm, 1, disk.Log.Term));
        Assert.All(disks, disk => Assert.Equal(snapshotEntries == 20, disk.Log!.SnapshotIndex > 0));
        var choice = RecoveryChoice.Of(disks)!;
        Assert.True(choice.IsMajority);
        var state = DiskReading.Rebuild(choice.Best.Folder);
        Assert.All(Enumerable.Range(0, 60), i => Assert.Equal(1, state.VersionOf($"key {i}")));
        Assert.Equal(["m1", "m2", "m3"], state.Members.Values.Select(member => member.Name));
        Assert.Equal(before, Enumerable.Range(0, 3).Select(i => Folders.Hashes(cluster.FolderOf(i))));
    }

    [Fact]
    public async Task Entries_that_the_member_did_not_know_to_be_committed_are_part_of_what_it_holds()
    {
        await using var cluster = new HostedCluster(count: 1);
        var state = await Folders.RunAsync(cluster);
        var log = DiskReading.Look(cluster.FolderOf(0))!.Log!;

        // A round names the commit index of before it: the last one's own entries are on disk, and nothing behind them says more.
        Assert.True(log.CommitIndex < log.LastIndex, $"{log}");
        var held = DiskReading.Rebuild(cluster.FolderOf(0));
        Assert.Equal(state.Digest, held.Digest);
        Assert.Equal(1, held.VersionOf("key 29"));
    }

    [Theory]
    [InlineData("identity", 30, "identity is damaged at byte 0")]
    [InlineData("vote", 40, "vote is damaged at byte 0")]
    [InlineData("log/intent", 40, "intent is damaged at byte 0")]
    [InlineData("log/*.log", 4096 + 60, "is damaged at byte")]
    [InlineData("snapshots/*", 200, "what it holds doesn't match its checksum")]
    public async Task Damage_is_told_with_its_place_and_such_a_disk_is_no_choice(string file, int place, string expected)
    {
        await using var cluster = new HostedCluster(options => options with { SnapshotEntries = 10, TailEntries = 100 }, count: 1);
        await Folders.RunAsync(cluster, untilSnapshot: true);
        var folder = Path.Combine(cluster.FolderOf(0), Path.GetDirectoryName(file)!);
        var damaged = Directory.GetFiles(folder, file.EndsWith("*.log", StringComparison.Ordinal) ? "*" : Path.GetFileName(file))
            .Where(path => !file.EndsWith("*.log", StringComparison.Ordinal) || Segment.TryParseName(Path.GetFileName(path), out _))
            .Order(StringComparer.Ordinal)
            .First();
        var bytes = await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken);
        bytes[place] ^= 0x10;
        await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);

        var disk = DiskReading.Look(cluster.FolderOf(0))!;
        Assert.False(disk.IsUsable);
        Assert.Contains(expected, disk.Damage, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", disk.Damage, StringComparison.Ordinal);
        Assert.Equal(file == "identity", disk.Node.IsNone);
        Assert.Null(RecoveryChoice.Of([disk]));
        Assert.Equal(disk.Damage, Assert.Throws<IOException>(() => DiskReading.Rebuild(cluster.FolderOf(0))).Message);
    }

    [Fact]
    public async Task A_folder_without_its_identity_or_its_log_is_told_and_one_of_anything_else_is_none()
    {
        await using var cluster = new HostedCluster(count: 1);
        await Folders.RunAsync(cluster);
        using var temporary = new TemporaryFolder();
        Assert.Null(DiskReading.Look(temporary.Path));
        Assert.Null(DiskReading.Look(temporary.File("missing")));
        File.WriteAllText(temporary.File("notes"), "");
        Assert.Null(DiskReading.Look(temporary.Path));

        Folders.Copy(cluster.FolderOf(0), temporary.File("copy"));
        File.Delete(Path.Combine(temporary.File("copy"), "identity"));
        Assert.Contains("the file is missing", DiskReading.Look(temporary.File("copy"))!.Damage, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(cluster.FolderOf(0), "log"), recursive: true);
        Assert.Contains("intent is damaged at byte 0: the file is missing", DiskReading.Look(cluster.FolderOf(0))!.Damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retired_folder_says_why_and_is_no_choice()
    {
        await using var cluster = new HostedCluster(count: 1);
        await Folders.RunAsync(cluster);
        Assert.Null(DiskReading.Retire(cluster.FolderOf(0), "it went on elsewhere"));
        Assert.Null(DiskReading.Retire(cluster.FolderOf(0), "another reason"));
        var disk = DiskReading.Look(cluster.FolderOf(0))!;
        Assert.Equal("it went on elsewhere", disk.Retired);
        Assert.False(disk.IsUsable);
        Assert.NotNull(disk.Log);
        Assert.Contains("the file is missing", DiskReading.Retire(Path.Combine(cluster.FolderOf(0), "log"), "no member's"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_end_is_cut_off_in_what_is_read_and_not_on_the_disk()
    {
        using var temporary = new TemporaryFolder();
        var folder = temporary.File("log");
        using (var written = Logs.Open(folder, Logs.Options()))
        {
            written.AppendSynced(Logs.Records(1, 5, 1));
        }

        var segment = SegmentFiles.In(LibcDisk.Instance, folder).Values.Last();
        var bytes = File.ReadAllBytes(segment);
        var end = Array.FindLastIndex(bytes, value => value != 0) + 1;
        bytes.AsSpan(end + 64, 16).Fill(0x5A);
        File.WriteAllBytes(segment, bytes);
        var before = Folders.Hashes(folder);
        using (var disk = new OverlayDisk())
        using (var read = Logs.Open(folder, Logs.Options() with { Disk = disk, PrepareInBackground = false, MustExist = true }))
        {
            Assert.Equal(5, read.LastIndex);
            Logs.AssertSame(Logs.Records(1, 5, 1), read.ReadAll());
            read.AppendSynced(Logs.Records(6, 40, 2, bytes: 4000));
            Logs.AssertSame(Logs.Records(6, 40, 2, bytes: 4000), [.. read.ReadAll().Skip(5)]);
        }

        Assert.Equal(before, Folders.Hashes(folder));
    }
}
