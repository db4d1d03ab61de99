using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StateServer.Protos.Operator;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Membership;

/// <summary>Two of three members are gone for good, disks and all: the third one's disk is all that a new cluster can be made of.</summary>
public sealed class LostQuorumTest
{
    [Fact]
    public async Task The_one_that_is_left_goes_on_with_all_that_was_acknowledged_and_grows_again_and_no_old_one_comes_back()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 3);
        await using var load = cluster.Load();
        await load.MoreAsync(100, cluster.Evidence);
        var history = await load.StopAsync();
        var before = await cluster.LedAsync();

        // Not the first one: its settings say that it is an initial member's, and are used with another member's address below.
        var survivor = before.First(member => !member.Leads && member.Machine != "0");
        Member[] victims = [.. before.Where(member => member.Id != survivor.Id)];
        await HasAllAsync(cluster, survivor, before.Single(member => member.Leads));

        // One of them comes back later, by hand, with its disk as it was.
        var returning = cluster.Living(victims[0]);
        string[] words = LiveProcess.Arguments(returning.Pid);
        string copy = Path.Combine(Path.GetDirectoryName(cluster.Root)!, "copy");
        string[] folders = [.. victims.Select(victim => cluster.Living(victim).Folder)];
        await cluster.KillAsync(victims);
        CopyFolder(returning.Folder, copy);
        Array.ForEach(folders, folder => Directory.Delete(folder, recursive: true));

        var found = await FoundAsync(cluster);
        Assert.Equal((3, 1, false), (found.GetProperty("voters").GetInt32(), found.GetProperty("wholeVoters").GetInt32(), found.GetProperty("isMajority").GetBoolean()));
        var disk = Assert.Single(found.GetProperty("disks").EnumerateArray());
        Assert.Equal(survivor.Id.ToString(CultureInfo.InvariantCulture), disk.GetProperty("member").GetString());
        Assert.True(disk.GetProperty("isBest").GetBoolean() && disk.GetProperty("isRunning").GetBoolean(), $"{disk}");
        Assert.Contains("of 3 voters only 1 has a whole disk here", found.GetProperty("lost").GetString(), StringComparison.Ordinal);

        string settings = await File.ReadAllTextAsync(Path.Combine(cluster.Living(survivor).Folder, "user-data"), TestContext.Current.CancellationToken);

        // It runs still, without a quorum: it is stopped by the very command.
        string applied = await cluster.RunAsync("recover", "--apply", "--root", cluster.Root);
        Assert.Contains("recovered as cluster", applied, StringComparison.Ordinal);
        Assert.Empty(cluster.Processes());
        Assert.DoesNotContain(found.GetProperty("cluster").GetString()!, File.ReadAllText(Path.Combine(cluster.Root, "cluster.json")), StringComparison.Ordinal);
        await cluster.RunAsync("up", "--detach", "--root", cluster.Root);
        var alone = Assert.Single(await cluster.AwaitAsync("the one member leads", answer => answer.Members is [{ Leads: true }]));
        Assert.Equal((survivor.Name, survivor.Zone, survivor.Machine), (alone.Name, alone.Zone, alone.Machine));
        Assert.NotEqual(survivor.Id, alone.Id);
        var process = cluster.Living(alone);
        history.Verify(await cluster[process.Client].ReadAllAsync("load/"));

        await RefusedAsync(cluster, process, Moved(words, returning.Folder, copy));

        // What the new member's folder held before is kept, and starts no more, with its old settings neither.
        string aside = Assert.Single(Directory.GetDirectories(process.Folder, "before-cluster-*"));
        await File.WriteAllTextAsync(Path.Combine(aside, "user-data"), settings, TestContext.Current.CancellationToken);
        var retired = await StateServerExecutable.RunAsync(AtFreePort(Moved(words, returning.Folder, aside))[1..].Where(word => word != "--own-session"));
        Assert.True(retired.ExitCode == 3, $"{retired}");
        Assert.Contains("was retired and must not be used again: its cluster lost its quorum", retired.Error, StringComparison.Ordinal);

        await cluster.RunAsync("ensure-availability", "-n", "3", "--timeout", "3m", "--root", cluster.Root);
        var grown = await cluster.FullAsync(3, [.. before]);
        Assert.Equal(3, grown.Select(member => member.Zone).Distinct().Count());
        foreach (var member in grown)
        {
            var connection = cluster[cluster.Living(member).Client];
            await connection.RangeAsync("health");
            history.Verify(await connection.ReadAllAsync("load/", serializable: true));
        }

        // The old members' machines stay in the model until an operator lets the sweep end what is left of them.
        Assert.Equal(5, await MachinesAsync(cluster, grown[0]));
        await cluster.RunAsync("sweep", "--root", cluster.Root);
        Assert.Equal(5, await MachinesAsync(cluster, grown[0]));
        await cluster.RunAsync("sweep", "--confirm", "--root", cluster.Root);
        await Until.TrueAsync("the old machines are gone", SelfHealingCluster.Patience, async () => await MachinesAsync(cluster, grown[0]) == 3, cluster.Evidence);
        Assert.Equal(3, (await cluster.FullAsync(3)).Count);
    }

    /// <summary>What the one that stays has on its disk is all that was acknowledged, by the leader's word.</summary>
    private static async Task HasAllAsync(SelfHealingCluster cluster, Member survivor, Member leader)
    {
        long revision = (await cluster[cluster.Living(leader).Client].RangeAsync("health")).Revision;
        await Until.TrueAsync(
            "the survivor has applied all",
            SelfHealingCluster.Patience,
            async () => (await cluster[cluster.Living(survivor).Client].RangeAsync("health", serializable: true)).Revision >= revision,
            cluster.Evidence);
    }

    private static async Task<JsonElement> FoundAsync(SelfHealingCluster cluster)
    {
        using var read = JsonDocument.Parse(await cluster.RunAsync("recover", "--dry-run", "--root", cluster.Root, "--format", "json"));
        return read.RootElement.Clone();
    }

    /// <summary>An old member that is started by hand calls where its cluster was, and is refused there: it serves nothing.</summary>
    private static async Task RefusedAsync(SelfHealingCluster cluster, ServerProcess alone, string[] words)
    {
        string log = Path.Combine(Path.GetDirectoryName(cluster.Root)!, "copy.log");
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log } };
        Array.ForEach(words, start.ArgumentList.Add);
        foreach (var (name, value) in StateServerExecutable.WithRuntime(null))
        {
            start.Environment[name] = value;
        }

        using var old = Process.Start(start)!;
        try
        {
            await Until.TrueAsync(
                "the old member is refused",
                SelfHealingCluster.Patience,
                async () => (await MetricsAsync(alone)).Any(line =>
                    line.StartsWith("stateserver_peer_refusals", StringComparison.Ordinal)
                    && line.Contains("WrongCluster", StringComparison.Ordinal)
                    && !line.EndsWith(" 0", StringComparison.Ordinal)),
                () => $"{File.ReadAllText(log)}\n{cluster.Evidence()}");
            Assert.False(old.HasExited, File.Exists(log) ? File.ReadAllText(log) : "no log");
            string client = words[Array.IndexOf(words, "--listen-client") + 1];
            await Assert.ThrowsAnyAsync<Exception>(() => cluster[client].PutAsync("load/of an old member", "1"));
        }
        finally
        {
            old.Kill();
            await old.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string[]> MetricsAsync(ServerProcess process)
    {
        int port = int.Parse(process.Client.Split(':')[1], CultureInfo.InvariantCulture) + 2;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        return (await http.GetStringAsync($"http://127.0.0.1:{port}/metrics", TestContext.Current.CancellationToken)).Split('\n');
    }

    private static async Task<int> MachinesAsync(SelfHealingCluster cluster, Member asked) =>
        (await cluster[cluster.Living(asked).Client].ReadAllAsync("/stateserver/machines/")).Count;

    private static string[] Moved(string[] words, string from, string to) =>
        [.. words.Select(word => word.StartsWith(from, StringComparison.Ordinal) ? to + word[from.Length..] : word)];

    /// <summary>A machine has ten ports and uses three: the address may be one of those that the settings join.</summary>
    private static string[] AtFreePort(string[] words)
    {
        int at = Array.IndexOf(words, "--listen-peer") + 1;
        string[] address = words[at].Split(':');
        words[at] = string.Create(CultureInfo.InvariantCulture, $"{address[0]}:{int.Parse(address[1], CultureInfo.InvariantCulture) + 6}");
        return words;
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
