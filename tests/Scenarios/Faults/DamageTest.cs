using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Faults;

/// <summary>A member whose files are damaged names the file and the place, neither votes nor serves, and the others go on.</summary>
public sealed class DamageTest
{
    private const int Slot = 1;

    /// <summary>So small that the member has a snapshot and a log behind it.</summary>
    private static readonly Dictionary<string, string> SmallSnapshots = new()
    {
        ["STATESERVER_SNAPSHOT_ENTRIES"] = "50",
        ["STATESERVER_TAIL_ENTRIES"] = "10",
    };

    [Fact]
    public async Task A_damaged_log_snapshot_or_vote_file_is_named_and_its_member_stays_outside()
    {
        await using var cluster = await StateServerCluster.StartedAsync(environment: SmallSnapshots);
        await FillAsync(cluster);
        await cluster.KillAsync(Slot);
        string sound = cluster.FolderOf(Slot) + ".sound";
        Copy(cluster.FolderOf(Slot), sound);

        foreach (string pattern in (string[])["log/log-*.seg", "snapshots/snapshot-*.snap", "vote"])
        {
            foreach (var damage in (Action<string>[])[FlipByte, Truncate])
            {
                string file = Newest(cluster.FolderOf(Slot), pattern);
                damage(file);
                await cluster.LaunchAsync(Slot);
                await StaysOutsideAsync(cluster, $"{file} is damaged at byte ");
                if (pattern == "vote" && damage == Truncate)
                {
                    await DoesNotVoteAsync(cluster);
                }

                await cluster.KillAsync(Slot);
                Directory.Delete(cluster.FolderOf(Slot), recursive: true);
                Copy(sound, cluster.FolderOf(Slot));
            }
        }

        await cluster.LaunchAsync(Slot);
        await cluster.WaitHealthyAsync(cluster.Slots);
        await cluster.AssertSameHashAsync();
    }

    [Fact]
    public async Task An_emptied_folder_under_a_known_id_is_refused_and_counted()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await cluster[0].PutAsync("damage/0", "value");
        await cluster.KillAsync(Slot);
        string aside = cluster.FolderOf(Slot) + ".aside";
        Directory.Move(cluster.FolderOf(Slot), aside);
        await cluster.LaunchAsync(Slot);

        await StaysOutsideAsync(cluster, "its data folder was emptied or swapped");
        foreach (int peer in cluster.Slots.Where(slot => slot != Slot))
        {
            string metrics = await cluster.HttpAsync(peer, "/metrics");
            Assert.Contains(metrics.Split('\n'), line =>
                line.StartsWith("stateserver_peer_refusals_total", StringComparison.Ordinal)
                && line.Contains("reason=\"OtherFolder\"", StringComparison.Ordinal)
                && !line.EndsWith(" 0", StringComparison.Ordinal));
        }

        await DoesNotVoteAsync(cluster);

        // Its own folder, given back, makes it a member again.
        await cluster.KillAsync(Slot);
        Directory.Delete(cluster.FolderOf(Slot), recursive: true);
        Directory.Move(aside, cluster.FolderOf(Slot));
        await cluster.LaunchAsync(Slot);
        await cluster.WaitHealthyAsync(cluster.Slots);
        await cluster.AssertSameHashAsync();
    }

    private static async Task FillAsync(StateServerCluster cluster)
    {
        for (int i = 0; i < 200; i++)
        {
            await cluster[i % 3].PutAsync($"damage/{i}", new string('v', 100));
        }

        await Until.TrueAsync(
            "the member has a snapshot", TestCluster.Patience,
            () => Directory.EnumerateFiles(Path.Combine(cluster.FolderOf(Slot), "snapshots"), "snapshot-*.snap").Any(), cluster.Logs);
    }

    private static async Task StaysOutsideAsync(StateServerCluster cluster, string reason)
    {
        string others = $"{cluster.Endpoints[0]},{cluster.Endpoints[2]}";
        var told = await Until.SomeAsync($"status says: {reason}", TestCluster.Patience, async () =>
        {
            var status = await cluster.StatusAsync(others);
            var member = status.GetProperty("members").EnumerateArray().First(member => member.GetProperty("name").GetString() == $"server-{Slot}");
            return member.GetProperty("reason").GetString() is { } said && said.Contains(reason, StringComparison.Ordinal) ? status.ToString() : null;
        }, cluster.Logs);
        using var parsed = JsonDocument.Parse(told);
        Assert.Equal(2, parsed.RootElement.GetProperty("cluster").GetProperty("votersAlive").GetInt32());
        Assert.Contains(reason, cluster.LogOf(Slot), StringComparison.Ordinal);
        Assert.Contains(reason, await cluster.HttpAsync(Slot, "/readyz"), StringComparison.Ordinal);

        // The other two go on; the one outside answers nothing from what it has or has not.
        await cluster[0].PutAsync("damage/0", "value");
        await cluster[2].PutAsync("damage/1", "value");
        var refused = await Assert.ThrowsAsync<RpcException>(() => cluster[Slot].RangeAsync("damage/0", serializable: true));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains(reason, refused.Status.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RpcException>(() => cluster[Slot].RangeAsync("damage/0", within: TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<RpcException>(() => cluster[Slot].PutAsync("damage/0", "never", TimeSpan.FromSeconds(1)));
    }

    /// <summary>With one of the others gone, two processes run, and only one of them may vote: there is no leader.</summary>
    private static async Task DoesNotVoteAsync(StateServerCluster cluster)
    {
        await cluster.KillAsync(0);
        await Until.TrueAsync("the member left alone leads no longer", TestCluster.Patience, async () => (await cluster[2].StatusAsync()).Leader == 0, cluster.Logs);
        var clock = Stopwatch.StartNew();
        await Until.TrueAsync("three election timeouts have passed", TestCluster.Patience, async () =>
        {
            Assert.Equal(0UL, (await cluster[2].StatusAsync()).Leader);
            return clock.Elapsed > TimeSpan.FromSeconds(3);
        });
        Assert.Equal(0UL, (await cluster[2].StatusAsync()).Leader);
        await cluster.LaunchAsync(0);
        await cluster.WaitHealthyAsync([0, 2]);
    }

    private static string Newest(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(folder, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern))
            .Order(StringComparer.Ordinal).Last();

    /// <summary>A byte in the middle of what was written.</summary>
    private static void FlipByte(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        int end = Array.FindLastIndex(content, value => value != 0);
        content[end / 2] ^= 0x10;
        File.WriteAllBytes(path, content);
    }

    private static void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
