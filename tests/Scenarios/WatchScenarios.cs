using StateServer.Client;
using StateServer.Protos.Etcd;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios;

/// <summary>What watching clients see, on any cluster.</summary>
internal static class WatchScenarios
{
    /// <summary>What <c>etcdctl watch</c> prints, from the past and as it happens, through one member.</summary>
    public static async Task RunPrintedAsync(TestCluster cluster, int slot)
    {
        string prefix = $"printed/{slot}/";
        var member = cluster[slot];
        long first = await member.PutAsync($"{prefix}a", "1");
        await member.PutAsync($"{prefix}b", "2");
        await member.DeleteAsync($"{prefix}a");
        await using var past = EtcdctlWatch.Start(cluster.Endpoints[slot], prefix, "--prefix", "--prev-kv", $"--rev={first}");
        string[] expected = ["PUT", $"{prefix}a", "1", "PUT", $"{prefix}b", "2", "DELETE", $"{prefix}a", "1", $"{prefix}a", ""];
        await past.LinesAsync(expected.Length);
        await member.PutAllAsync([($"{prefix}b", "3"), ($"{prefix}c", "4")]);
        expected = [.. expected, "PUT", $"{prefix}b", "2", $"{prefix}b", "3", "PUT", $"{prefix}c", "4"];
        Assert.Equal(expected, await past.LinesAsync(expected.Length));

        await using var one = EtcdctlWatch.Start(cluster.Endpoints[slot], $"{prefix}b", $"--rev={first}", "-w", "json");
        Assert.Contains($"\"mod_revision\":{first + 1}", (await one.LinesAsync(1))[0], StringComparison.Ordinal);
    }

    /// <summary>Several watches of one interactive etcdctl.</summary>
    public static async Task RunInteractiveAsync(TestCluster cluster, int slot)
    {
        string prefix = $"typed/{slot}/";
        await using var typed = EtcdctlWatch.Start(cluster.Endpoints[slot], "-i");
        long now = await cluster[slot].PutAsync("typed", "now");
        await typed.TypeAsync($"watch {prefix}a --rev={now + 1}");
        await typed.TypeAsync($"watch {prefix}b --rev={now + 1}");
        await typed.TypeAsync($"watch --prefix {prefix}c --rev={now + 1}");
        await cluster[slot].PutAsync($"{prefix}a", "of a");
        await typed.AwaitAsync("of a");
        await cluster[slot].PutAsync($"{prefix}b", "of b");
        await typed.AwaitAsync("of b");
        await cluster[slot].PutAsync($"{prefix}d", "of none");
        await cluster[slot].PutAsync($"{prefix}cc", "of c");
        string[] expected = ["PUT", $"{prefix}a", "of a", "PUT", $"{prefix}b", "of b", "PUT", $"{prefix}cc", "of c"];
        Assert.Equal(expected, await typed.AwaitAsync("of c"));
    }

    /// <summary>A watch from a past that is compacted ends, and says so.</summary>
    public static async Task RunCompactedAsync(TestCluster cluster, int slot)
    {
        string key = $"compacted/{slot}";
        long first = await cluster[slot].PutAsync(key, "1");
        long last = await cluster[slot].PutAsync(key, "2");
        await using var live = EtcdctlWatch.Start(cluster.Endpoints[slot], key, $"--rev={last}");
        await live.AwaitAsync("2");
        await cluster[slot].CompactAsync(last);
        await using var past = EtcdctlWatch.Start(cluster.Endpoints[slot], key, $"--rev={first}");
        var (exitCode, error) = await past.EndAsync();
        Assert.NotEqual(0, exitCode);
        Assert.Contains("watch was canceled (etcdserver: mvcc: required revision has been compacted)", error, StringComparison.Ordinal);

        // One that has seen it all is not concerned.
        await cluster[slot].PutAsync(key, "3");
        Assert.Equal(["PUT", key, "2", "PUT", key, "3"], await live.AwaitAsync("3"));
    }

    /// <summary>Unmodified etcdctl, while each member in turn is killed and started again: every event once, in order.</summary>
    public static async Task RunEtcdctlOverKillsAsync(TestCluster cluster)
    {
        const string Prefix = "etcdctl-kills/";
        long begin = await cluster[0].PutAsync("etcdctl-kills", "begin");
        await using var watch = EtcdctlWatch.Start(string.Join(',', cluster.Endpoints), Prefix, "--prefix", $"--rev={begin + 1}");
        var (values, puts) = await OverKillsAsync(cluster, Prefix + "k", value => watch.AwaitAsync(value));
        string[][] told = [.. (await watch.LinesAsync(3 * puts)).Chunk(3)];
        Assert.All(told, lines => Assert.Equal(["PUT", Prefix + "k"], lines[..2]));
        Assert.Equal(puts, told.Length);
        Assert.Equal(values, told.Select(lines => lines[2]).Distinct());
    }

    /// <summary>Our client likewise.</summary>
    public static async Task RunClientOverKillsAsync(TestCluster cluster)
    {
        const string Prefix = "client-kills/";
        var seen = new List<(long Revision, string Value)>();
        var gate = new Lock();
        using var stop = new CancellationTokenSource();
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [.. cluster.Endpoints] });
        long begin = await cluster[0].PutAsync("client-kills", "begin");
        var watching = Task.Run(async () =>
        {
            await foreach (var update in client.WatchPrefixAsync(Prefix, begin + 1, stop.Token))
            {
                lock (gate)
                {
                    seen.AddRange(update.Events.Select(Seen));
                }
            }
        });
        var (values, puts) = await OverKillsAsync(cluster, Prefix + "k", value =>
            Until.TrueAsync($"the client is told {value}", TestCluster.Patience, () => Values().Contains(value), cluster.Logs));
        Assert.Equal(puts, Values().Count);
        Assert.Equal(values, Values().Distinct());
        Assert.Equal(seen.Select(one => one.Revision).Order().Distinct(), seen.Select(one => one.Revision));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);

        List<string> Values()
        {
            lock (gate)
            {
                return [.. seen.Select(one => one.Value)];
            }
        }
    }

    private static (long Revision, string Value) Seen(Event change) => (change.Kv.ModRevision, change.Kv.Value.ToStringUtf8());

    /// <summary>
    /// Puts numbers in turn while each member in turn is killed and started again. A put of unknown outcome is repeated unless it
    /// is there, and may so be there twice: the key's version tells how many puts there were.
    /// </summary>
    private static async Task<(IReadOnlyList<string> Values, int Puts)> OverKillsAsync(TestCluster cluster, string key, Func<string, Task> told)
    {
        var values = new List<string>();
        foreach (int slot in cluster.Slots)
        {
            await PutAsync(slot);
            await cluster.KillAsync(slot);
            for (int i = 0; i < 5; i++)
            {
                await PutAsync((slot + 1) % cluster.Size);
            }

            await cluster.LaunchAsync(slot);
            await cluster.WaitHealthyAsync(cluster.Slots);
            await PutAsync(slot);
        }

        return (values, (int)(await cluster[0].RangeAsync(key)).Keys[0].Version);

        async Task PutAsync(int through)
        {
            string value = $"v{values.Count}";
            await Until.TrueAsync(
                $"{value} is put through slot {through}",
                TestCluster.Patience,
                async () => (await cluster[through].RangeAsync(key)).Keys is [{ } there] && there.Value == value
                    || await cluster[through].PutAsync(key, value) > 0,
                cluster.Logs);
            values.Add(value);
            await told(value);
        }
    }
}
