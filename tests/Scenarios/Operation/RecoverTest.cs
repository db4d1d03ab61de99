using System.Text.Json;
using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Operation;

/// <summary>Fixed members whose quorum is lost: the best disk, or a snapshot where none is whole, becomes a cluster of one.</summary>
public sealed class RecoverTest
{
    [Fact]
    public async Task Fixed_members_go_on_as_one_whose_old_folders_start_no_more()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        for (int i = 0; i < 30; i++)
        {
            await cluster[i % 3].PutAsync($"recover/{i}", $"{i}");
        }

        // A linearizable read by member 1: it has applied all of it.
        await cluster[1].RangeAsync("health");
        await KillAllAsync(cluster);
        Directory.Delete(cluster.FolderOf(0), recursive: true);
        await DamageAsync(cluster, 2);

        var found = await FoundAsync(cluster);
        Assert.Equal(["server-1", "server-2"], found.GetProperty("disks").EnumerateArray().Select(disk => disk.GetProperty("name").GetString()));
        Assert.Equal([true, false], found.GetProperty("disks").EnumerateArray().Select(disk => disk.GetProperty("isBest").GetBoolean()));
        Assert.Contains("damaged: ", found.GetProperty("disks")[1].GetProperty("state").GetString(), StringComparison.Ordinal);

        string applied = (await cluster.VerbAsync("recover", "--apply")).Succeeded().Output;
        Assert.Contains("of one member, server-1,", applied, StringComparison.Ordinal);
        (await cluster.VerbAsync("up", "--detach", "--no-environment")).Succeeded();
        await cluster.WaitHealthyAsync([1]);
        Assert.Equal(30, (await cluster[1].ReadAllAsync("recover/")).Count);
        await cluster[1].PutAsync("recover/after", "1");
        Assert.NotEqual(
            found.GetProperty("cluster").GetString(),
            (await cluster.StatusAsync(cluster.Endpoints[1])).GetProperty("cluster").GetProperty("id").GetString());

        // The other one's folder is damaged, and retired besides: started by hand with its old flags it ends at once.
        await cluster.LaunchAsync(2);
        Assert.Equal(3, await cluster.ExitCodeAsync(2));
    }

    [Fact]
    public async Task Where_no_disk_is_whole_a_snapshot_takes_its_place()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await cluster[0].PutAsync("recover/saved", "1");
        string file = Path.Combine(cluster.Scratch, "saved.snap");
        (await cluster.SnapshotAsync("save", file, "--endpoints", cluster.Endpoints[0])).Succeeded();
        await cluster[0].PutAsync("recover/later", "1");
        await KillAllAsync(cluster);
        foreach (int slot in cluster.Slots)
        {
            await DamageAsync(cluster, slot);
        }

        var refused = await cluster.VerbAsync("recover", "--apply");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("no old member's disk that was found is whole", refused.Error, StringComparison.Ordinal);
        Assert.Contains("every change that was made after", (await cluster.VerbAsync("recover", "--dry-run", "--from-snapshot", file)).Succeeded().Output, StringComparison.Ordinal);
        (await cluster.VerbAsync("recover", "--apply", "--from-snapshot", file)).Succeeded();
        (await cluster.VerbAsync("up", "--detach", "--no-environment")).Succeeded();
        await cluster.WaitHealthyAsync([0]);
        Assert.Equal(["recover/saved"], (await cluster[0].ReadAllAsync("recover/")).Select(key => key.Key));
    }

    private static async Task KillAllAsync(StateServerCluster cluster)
    {
        foreach (int slot in cluster.Slots)
        {
            await cluster.KillAsync(slot);
        }
    }

    /// <summary>A byte of the first entry flips: nothing that was synced may change.</summary>
    private static async Task DamageAsync(StateServerCluster cluster, int slot)
    {
        string file = Directory.GetFiles(Path.Combine(cluster.FolderOf(slot), "log"), "log-*.seg").Order(StringComparer.Ordinal).First();
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[4096 + 60] ^= 0x10;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> FoundAsync(StateServerCluster cluster)
    {
        using var read = JsonDocument.Parse((await cluster.VerbAsync("recover", "--dry-run", "--format", "json")).Succeeded().Output);
        return read.RootElement.Clone();
    }
}
