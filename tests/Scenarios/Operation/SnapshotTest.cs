using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios.Operation;

/// <summary>Snapshots of a cluster that is written to, by our own verb and by etcdctl, from every member.</summary>
public sealed class SnapshotTest
{
    [Fact]
    public async Task Etcdctl_and_our_verb_save_while_writes_go_on()
    {
        Etcdctl.Required();
        await using var cluster = await StateServerCluster.StartedAsync();
        await using var load = WriteLoad.Start(cluster);
        foreach (int slot in cluster.Slots)
        {
            await load.MoreAsync(100, cluster.Logs);
            long before = (await cluster[slot].RangeAsync("health")).Revision;
            string theirs = Path.Combine(cluster.Scratch, $"etcdctl-{slot}.snap");
            (await Etcdctl.RunAsync(cluster.Endpoints[slot], ["snapshot", "save", theirs])).Succeeded();
            string ours = Path.Combine(cluster.Scratch, $"ours-{slot}.snap");
            var saved = await cluster.SnapshotAsync("save", ours, "--endpoints", cluster.Endpoints[slot]);
            Assert.Contains($"from {cluster.Endpoints[slot]} in {ours}", saved.Succeeded().Output, StringComparison.Ordinal);
            await load.MoreAsync(10, cluster.Logs);
            long after = (await cluster[slot].RangeAsync("health")).Revision;
            long first = await RevisionOfAsync(cluster, theirs);
            Assert.InRange(first, before, after);
            Assert.InRange(await RevisionOfAsync(cluster, ours), first, after);
        }

        await (await load.StopAsync()).VerifyAsync(cluster, atLeast: 300);
    }

    /// <summary>The hash of the file is what hashkv says at its revision; the hash of all members is the same anyway.</summary>
    [Fact]
    public async Task The_status_of_a_file_agrees_with_the_cluster()
    {
        await using var cluster = await StateServerCluster.StartedAsync(1);
        long revision = 0;
        for (int i = 0; i < 20; i++)
        {
            revision = await cluster[0].PutAsync($"key {i % 7}", $"value {i}");
        }

        string file = Path.Combine(cluster.Scratch, "a.snap");
        (await cluster.SnapshotAsync("save", file, "--endpoints", cluster.Endpoints[0])).Succeeded();
        var status = await StatusOfAsync(cluster, file);
        var hash = await cluster[0].HashAsync(revision);
        int keys = 7 + (await cluster[0].ReadAllAsync("/stateserver/")).Count;
        Assert.Equal((hash.Hash, revision, keys), (status.GetProperty("hash").GetUInt32(), status.GetProperty("revision").GetInt64(), status.GetProperty("totalKey").GetInt32()));
        Assert.Equal(new FileInfo(file).Length, status.GetProperty("totalSize").GetInt64());
        Assert.Equal((await cluster.StatusAsync()).GetProperty("cluster").GetProperty("id").GetString(), status.GetProperty("clusterId").GetString());
        string simple = (await cluster.SnapshotAsync("status", file, "--format", "simple")).Succeeded().Output;
        Assert.StartsWith($"{hash.Hash:x8}, {revision}, {keys}, ", simple, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_quorum_a_snapshot_is_taken_where_one_insists()
    {
        Etcdctl.Required();
        await using var cluster = await StateServerCluster.StartedAsync();
        long revision = await cluster[0].PutAsync("a", "1");
        await cluster.WaitHealthyAsync(cluster.Slots);
        await cluster.KillAsync(1, 2);
        string file = Path.Combine(cluster.Scratch, "a.snap");
        var refused = await cluster.SnapshotAsync("save", file, "--endpoints", cluster.Endpoints[0]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("give --local to save it all the same", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        (await cluster.SnapshotAsync("save", file, "--endpoints", cluster.Endpoints[0], "--local")).Succeeded();
        Assert.Equal(revision, await RevisionOfAsync(cluster, file));
        (await Etcdctl.RunAsync(cluster.Endpoints[0], ["snapshot", "save", file])).Succeeded();
        Assert.Equal(revision, await RevisionOfAsync(cluster, file));
        await cluster.StartAsync();
    }

    private static async Task<long> RevisionOfAsync(StateServerCluster cluster, string file) =>
        (await StatusOfAsync(cluster, file)).GetProperty("revision").GetInt64();

    private static async Task<JsonElement> StatusOfAsync(StateServerCluster cluster, string file)
    {
        var status = (await cluster.SnapshotAsync("status", file, "--format", "json")).Succeeded();
        return JsonDocument.Parse(status.Output).RootElement;
    }
}
