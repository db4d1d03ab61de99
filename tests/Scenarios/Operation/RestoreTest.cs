using System.Diagnostics;
using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios.Operation;

/// <summary>A new cluster of a snapshot that was taken while writes went on.</summary>
public sealed class RestoreTest
{
    private const long RevisionJump = 1_000_000_000_000;

    /// <summary>More than three members that register and tell of their addresses can need.</summary>
    private const long MostRegistrations = 50;

    [Fact]
    public async Task Every_write_acknowledged_before_the_snapshot_is_in_the_new_cluster()
    {
        Etcdctl.Required();
        await using var old = await StateServerCluster.StartedAsync();
        await using var restored = StateServerCluster.Unstarted();
        string file = Path.Combine(old.Scratch, "a.snap");
        long begun;
        WriteHistory history;
        await using (var load = WriteLoad.Start(old))
        {
            await load.MoreAsync(300, old.Logs);
            begun = Stopwatch.GetTimestamp();
            (await Etcdctl.RunAsync(old.Endpoints[await old.FollowerAsync(new Random(1))], ["snapshot", "save", file])).Succeeded();
            await load.MoreAsync(100, old.Logs);
            history = await load.StopAsync();
        }

        var up = (await restored.UpAsync("--from-snapshot", file)).Succeeded();
        Assert.Contains(", restored at revision 1000000", up.Output, StringComparison.Ordinal);
        await restored.WaitHealthyAsync(restored.Slots);
        var expected = history.Records.Select(r => r.Ended < begun || r.Fate != WriteFate.Acknowledged ? r : r with { Fate = WriteFate.Unknown }).ToList();
        Assert.True(expected.Count(r => r.Fate == WriteFate.Acknowledged) >= 300);
        var after = new WriteHistory("load/", expected, []);
        foreach (int slot in restored.Slots)
        {
            after.Verify(await restored[slot].ReadAllAsync("load/"));
        }

        await AssertNewAsync(old, restored, file);
        (await restored.VerbAsync("down")).Succeeded();
        (await restored.UpAsync()).Succeeded();
        await restored.WaitHealthyAsync(restored.Slots);
        after.Verify(await restored[1].ReadAllAsync("load/"));
    }

    [Fact]
    public async Task Damaged_files_and_used_folders_are_refused_and_nothing_is_written()
    {
        await using var old = await StateServerCluster.StartedAsync(1);
        await using var restored = StateServerCluster.Unstarted(1);
        for (int i = 0; i < 200; i++)
        {
            await old[0].PutAsync($"key {i}", new string('x', 50));
        }

        string file = Path.Combine(old.Scratch, "a.snap");
        (await old.SnapshotAsync("save", file, "--endpoints", old.Endpoints[0])).Succeeded();
        byte[] whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        foreach (int place in new[] { 0, 17, 40, 64, 90, whole.Length / 2, whole.Length - 70, whole.Length - 40, whole.Length - 1 })
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 0x10;
            await RefusedAsync(old, restored, damaged, "is damaged");
        }

        await RefusedAsync(old, restored, whole[..(whole.Length / 2)], "is cut off");
        await RefusedAsync(old, restored, [], "is cut off");

        var used = await old.SnapshotAsync("restore", file, "--root", old.Root);
        Assert.Equal((1, 1), (used.ExitCode, Lines(used.Error)));
        Assert.Contains("holds cluster", used.Error, StringComparison.Ordinal);
        used = await old.UpAsync("--from-snapshot", file);
        Assert.Equal((1, 1), (used.ExitCode, Lines(used.Error)));
        Directory.CreateDirectory(restored.Root);
        await File.WriteAllTextAsync(Path.Combine(restored.Root, "mine"), "", TestContext.Current.CancellationToken);
        used = await restored.SnapshotAsync("restore", file, "--root", restored.Root, "--port", $"{restored.Port}");
        Assert.Contains("is not empty (there is mine)", used.Error, StringComparison.Ordinal);
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(restored.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task One_member_s_folder_is_restored_by_the_flags_of_server()
    {
        await using var old = await StateServerCluster.StartedAsync(1);
        await old[0].PutAsync("a", "1");
        string file = Path.Combine(old.Scratch, "a.snap"), folder = Path.Combine(old.Scratch, "data-of-a");
        (await old.SnapshotAsync("save", file, "--endpoints", old.Endpoints[0])).Succeeded();
        var status = (await old.StatusAsync()).GetProperty("cluster");
        string oldCluster = status.GetProperty("id").GetString()!, oldMember = status.GetProperty("leader").GetString()!;

        var refused = await RestoreAsync(oldCluster, "17");
        Assert.Contains($"--cluster-id: {oldCluster} is the cluster that the snapshot was taken of", refused.Error, StringComparison.Ordinal);
        refused = await RestoreAsync("4711", oldMember);
        Assert.Contains($"node id {oldMember} is a member's of the cluster", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));

        (await RestoreAsync("4711", "17")).Succeeded();
        Assert.Equal(["identity", "snapshots", "vote"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order());
        refused = await RestoreAsync("4711", "17");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("is not empty", refused.Error, StringComparison.Ordinal);

        Task<CommandResult> RestoreAsync(string cluster, string member) => old.SnapshotAsync(
            "restore", file, "--data-dir", folder, "--name", "a", "--node-id", member, "--cluster-id", cluster,
            "--initial-members", $"a={member}@127.0.0.1:{old.Port + 1}");
    }

    private static async Task AssertNewAsync(StateServerCluster old, StateServerCluster restored, string file)
    {
        var saved = JsonDocument.Parse((await old.SnapshotAsync("status", file, "--format", "json")).Succeeded().Output).RootElement;
        long revision = saved.GetProperty("revision").GetInt64();

        // The new members have registered since, which the view tells at a revision each.
        long begun = (await restored[0].RangeAsync("health")).Revision;
        Assert.InRange(begun, revision + RevisionJump, revision + RevisionJump + MostRegistrations);
        Assert.InRange(await restored[2].PutAsync("after", "1"), begun + 1, revision + RevisionJump + MostRegistrations);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => restored[1].RangeAsync("after", revision: revision));
        await restored.AssertSameHashAsync();
        Assert.NotEqual(
            (await old.StatusAsync()).GetProperty("cluster").GetProperty("id").GetString(),
            (await restored.StatusAsync()).GetProperty("cluster").GetProperty("id").GetString());
        string again = Path.Combine(old.Scratch, "again.snap");
        (await restored.SnapshotAsync("save", again, "--endpoints", restored.AllEndpoints)).Succeeded();
        var second = JsonDocument.Parse((await old.SnapshotAsync("status", again, "--format", "json")).Succeeded().Output).RootElement;
        Assert.Equal((1, 2), (saved.GetProperty("incarnation").GetInt64(), second.GetProperty("incarnation").GetInt64()));
    }

    private static async Task RefusedAsync(StateServerCluster old, StateServerCluster restored, byte[] content, string why)
    {
        string file = Path.Combine(old.Scratch, "damaged.snap");
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        var refused = await restored.SnapshotAsync("restore", file, "--root", restored.Root, "--port", $"{restored.Port}", "-n", "1");
        Assert.Equal((1, 1), (refused.ExitCode, Lines(refused.Error)));
        Assert.Contains(why, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(restored.Root));
    }

    private static int Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
