using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios.Operation;

/// <summary>What etcd's tools and an operator's night ask of a running cluster.</summary>
public sealed class MaintenanceTest
{
    private static readonly string Large = new('x', 100_000);

    /// <summary>The same on etcd and on ours, step by step, with etcd's own tool; only the way back differs: etcd needs two commands more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_quota_refuses_puts_and_compaction_brings_them_back(bool etcd)
    {
        Etcdctl.Required();
        await using TestCluster cluster = etcd
            ? await EtcdCluster.StartedAsync(1, "--quota-backend-bytes=4194304")
            : await StateServerCluster.StartedAsync(environment: new Dictionary<string, string> { ["STATESERVER_QUOTA_BYTES"] = "4MiB" });
        string all = string.Join(',', cluster.Endpoints);
        string? refusal = null;
        for (int i = 0; i < 200 && refusal is null; i++)
        {
            try
            {
                await cluster[i % cluster.Size].PutAsync("large", Large);
            }
            catch (Grpc.Core.RpcException exception)
            {
                refusal = $"{exception.StatusCode} {exception.Status.Detail}";
            }
        }

        Assert.Equal("ResourceExhausted etcdserver: mvcc: database space exceeded", refusal);
        await Until.TrueAsync("the alarm is listed", TestCluster.Patience, async () => (await AlarmsAsync()).Contains("alarm:NOSPACE", StringComparison.Ordinal), cluster.Logs);
        var put = await Etcdctl.RunAsync(all, ["put", "other", Large]);
        Assert.NotEqual(0, put.ExitCode);
        Assert.Contains("etcdserver: mvcc: database space exceeded", put.Error, StringComparison.Ordinal);
        (await Etcdctl.RunAsync(all, ["get", "large", "--keys-only"])).Succeeded();
        (await Etcdctl.RunAsync(all, ["del", "large"])).Succeeded();
        long revision = (await cluster[0].RangeAsync("health")).Revision;
        (await Etcdctl.RunAsync(all, ["compact", $"{revision}", "--physical"])).Succeeded();
        if (etcd)
        {
            (await Etcdctl.RunAsync(all, ["defrag"])).Succeeded();
            (await Etcdctl.RunAsync(all, ["alarm", "disarm"])).Succeeded();
        }

        await Until.TrueAsync("no alarm is listed", TestCluster.Patience, async () => (await AlarmsAsync()).Trim().Length == 0, cluster.Logs);
        (await Etcdctl.RunAsync(all, ["put", "other", Large])).Succeeded();

        async Task<string> AlarmsAsync() => (await Etcdctl.RunAsync(all, ["alarm", "list"])).Succeeded().Output;
    }

    [Fact]
    public async Task Old_revisions_are_compacted_on_schedule_over_a_change_of_leaders()
    {
        await using var cluster = await StateServerCluster.StartedAsync(environment: new Dictionary<string, string>
        {
            ["STATESERVER_AUTO_COMPACTION_RETENTION"] = "2s",
        });
        await using var load = WriteLoad.Start(cluster);
        await WaitForCompactionAsync(cluster, behind: 1);
        await cluster.KillAsync(await cluster.LeaderAsync());
        long before = await CompactedAsync(cluster);
        await load.MoreAsync(50, cluster.Logs);
        await WaitForCompactionAsync(cluster, before);
        await cluster.StartAsync();
        var history = await load.StopAsync();
        Assert.True(history.Acknowledged > 100);
        history.Verify(await cluster[0].ReadAllAsync("load/"));
    }

    [Fact]
    public async Task Disk_space_of_what_is_gone_is_returned_while_writes_go_on()
    {
        await using var cluster = await StateServerCluster.StartedAsync(1, new Dictionary<string, string>
        {
            ["STATESERVER_SNAPSHOT_ENTRIES"] = "200",
            ["STATESERVER_TAIL_ENTRIES"] = "10",
        });
        await using var load = WriteLoad.Start(cluster, pause: TimeSpan.FromMilliseconds(10), writers: 2);
        for (int i = 0; i < 1500; i++)
        {
            await cluster[0].PutAsync($"filling {i:D4}", Large);
        }

        long full = 0;
        await Until.TrueAsync("a snapshot holds all of it", TestCluster.Patience, () => (full = SizeOf(cluster.FolderOf(0))) > 140_000_000, () => $"{full} bytes\n{cluster.Logs()}");
        await cluster[0].DeleteAsync("filling ", "filling~");

        // Behind the deletion, as below feature level 4, where what the compacted revision itself superseded stays until the next compaction.
        await cluster[0].PutAsync("behind", "");
        await cluster[0].CompactAsync((await cluster[0].RangeAsync("health")).Revision, physical: true);
        long left = 0;
        await Until.TrueAsync("the folder has shrunk", TestCluster.Patience, () => (left = SizeOf(cluster.FolderOf(0))) < full - 100_000_000, () => $"{left} of {full} bytes\n{cluster.Logs()}");
        await load.MoreAsync(50, cluster.Logs);
        await (await load.StopAsync()).VerifyAsync(cluster, atLeast: 100);
    }

    /// <summary>Each of etcdctl's ways to look at members, and its two checks of how they perform.</summary>
    [Fact]
    public async Task Etcdctl_looks_at_members_and_checks_them()
    {
        Etcdctl.Required();
        await using var cluster = await StateServerCluster.StartedAsync();
        long revision = await cluster[0].PutAsync("a", "1");
        await cluster.WaitHealthyAsync(cluster.Slots);
        var status = JsonDocument.Parse((await RunAsync("endpoint", "status", "--cluster", "-w", "json")).Output).RootElement.EnumerateArray().Select(e => e.GetProperty("Status")).ToList();
        Assert.Equal(3, status.Count);
        Assert.All(status, s =>
        {
            Assert.True(s.GetProperty("dbSize").GetInt64() > s.GetProperty("dbSizeInUse").GetInt64());
            Assert.InRange(s.GetProperty("raftAppliedIndex").GetInt64(), 1, s.GetProperty("raftIndex").GetInt64());
            Assert.Equal(revision, s.GetProperty("header").GetProperty("revision").GetInt64());
            Assert.False(s.TryGetProperty("errors", out _));
        });
        Assert.Single(status.Select(s => s.GetProperty("leader").GetUInt64()).Distinct());
        string table = (await RunAsync("endpoint", "status", "-w", "table")).Output;
        Assert.Contains("IS LEADER", table, StringComparison.Ordinal);
        Assert.Single(table.Split('\n'), line => line.Contains("|      true |", StringComparison.Ordinal));
        Assert.Equal(3, (await RunAsync("endpoint", "health", "--cluster")).All.Split("is healthy: successfully committed proposal").Length - 1);
        var hashes = JsonDocument.Parse((await RunAsync("endpoint", "hashkv", "--cluster", "--rev", "2", "-w", "json")).Output).RootElement.EnumerateArray().Select(e => e.GetProperty("HashKV").GetProperty("hash").GetUInt32());
        Assert.Single(hashes.Distinct());
        Assert.Contains("Finished defragmenting etcd member", (await RunAsync("defrag", "--cluster")).Output, StringComparison.Ordinal);
        Assert.Empty((await RunAsync("alarm", "list")).Output.Trim());

        async Task<(string Output, string All)> RunAsync(params string[] arguments)
        {
            var result = (await Etcdctl.RunAsync(cluster.AllEndpoints, arguments)).Succeeded();
            return (result.Output, result.Output + result.Error);
        }
    }

    /// <summary>The compacted revision, as a member that runs says it.</summary>
    private static async Task<long> CompactedAsync(StateServerCluster cluster) =>
        (await cluster[cluster.Slots.First(slot => cluster.ProcessOf(slot) is not null)].HashAsync(0)).CompactRevision;

    private static Task WaitForCompactionAsync(StateServerCluster cluster, long behind) => Until.TrueAsync(
        $"something behind revision {behind} is compacted",
        TestCluster.Patience,
        async () => await CompactedAsync(cluster) > behind,
        cluster.Logs);

    private static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
}
