using Grpc.Core;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Faults;

/// <summary>All members on one small disk, which is filled to the last byte and freed.</summary>
public sealed class FullDiskTest
{
    private const int Megabytes = 256;

    [Fact]
    public async Task A_full_disk_refuses_puts_serves_reads_and_deletes_and_heals_without_a_restart()
    {
        var cluster = StateServerCluster.Unstarted();
        await using var disposal = cluster;
        await MountAsync(cluster.Disk);
        await cluster.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            await cluster[i % 3].PutAsync($"disk/{i}", new string('x', 1000));
        }

        int[] pids = [.. cluster.Slots.Select(cluster.Living)];
        string ballast = Fill(cluster.Disk);
        RpcException refusal = await Until.SomeAsync("a put is refused", TestCluster.Patience, () => RefusalAsync(cluster), cluster.Logs);
        Assert.Equal((StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"), (refusal.StatusCode, refusal.Status.Detail));
        foreach (int slot in cluster.Slots)
        {
            // Each member looks at its disk by itself, and one that leads for a moment may have a spare segment left.
            await Until.SomeAsync($"a put through slot {slot} is refused", TestCluster.Patience, () => RefusalAsync(cluster, slot), cluster.Logs);
            Assert.Single((await cluster[slot].RangeAsync($"disk/{slot}")).Keys);
            Assert.Single((await cluster[slot].RangeAsync($"disk/{slot}", serializable: true)).Keys);
            Assert.Equal(1, await cluster[slot].DeleteAsync($"disk/{10 + slot}"));
        }

        await SaysSoAsync(cluster);
        File.Delete(ballast);
        await Until.TrueAsync("puts are taken again", TestCluster.Patience, async () => await RefusalAsync(cluster) is null, cluster.Logs);
        Assert.Equal(pids, cluster.Slots.Select(cluster.Living));
        await Until.TrueAsync("all members say that they are healthy", TestCluster.Patience, async () =>
            (await cluster.StatusAsync()).GetProperty("members").EnumerateArray().All(member => member.GetProperty("healthy").GetBoolean()), cluster.Logs);
        await cluster.AssertSameHashAsync();

        // Stopping needs no space.
        Fill(cluster.Disk);
        (await cluster.VerbAsync("down")).Succeeded();
        Assert.All(cluster.Slots, slot => Assert.Null(cluster.ProcessOf(slot)));
    }

    /// <summary>To people (status) and to etcd's tools (alarm list).</summary>
    private static async Task SaysSoAsync(StateServerCluster cluster)
    {
        // The one reason or the other, by which was noticed first: the free bytes, or the log's own want of space.
        await Until.TrueAsync(
            "every member says that its disk is full",
            TestCluster.Patience,
            async () => (await cluster.StatusAsync()).GetProperty("members").EnumerateArray().All(member =>
                !member.GetProperty("healthy").GetBoolean()
                && member.GetProperty("reason").GetString() is { } reason
                && (reason.Contains("bytes free", StringComparison.Ordinal) || reason.Contains("disk is full", StringComparison.Ordinal))),
            cluster.Logs);
        if (Etcdctl.IsInstalled)
        {
            await Until.TrueAsync("etcdctl lists the alarm", TestCluster.Patience, async () =>
                (await Etcdctl.RunAsync(cluster.AllEndpoints, ["alarm", "list"])).Output.Contains("NOSPACE", StringComparison.Ordinal), cluster.Logs);
        }
    }

    private static async Task<RpcException?> RefusalAsync(StateServerCluster cluster, int slot = 0)
    {
        try
        {
            await cluster[slot].PutAsync("disk/more", "");
            return null;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted)
        {
            return refused;
        }
    }

    private static async Task MountAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small disk needs root");
        var mount = await Command.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", folder]);
        Assert.SkipUnless(mount.ExitCode == 0, $"a small disk can't be mounted here: {mount.Error}");
    }

    /// <summary>Fills the disk to the last byte; returns the file to remove.</summary>
    private static string Fill(string folder)
    {
        string ballast = Path.Combine(folder, "ballast");
        using var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[64 * 1024];
        for (int size = block.Length; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    file.Write(block, 0, size);
                }
            }
            catch (IOException)
            {
                // Full for blocks of this size.
            }
        }

        return ballast;
    }
}
