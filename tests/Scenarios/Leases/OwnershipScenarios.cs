using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Leases;

/// <summary>What etcdctl's lock and elect do, and the lock service beside them, on any cluster.</summary>
internal static class OwnershipScenarios
{
    /// <summary>Ten commands under one lock, through all members: none overlaps another, and each fence is higher than the last.</summary>
    public static async Task RunLockAsync(TestCluster cluster)
    {
        string counter = Path.Combine(cluster.Scratch, "counter");
        await File.WriteAllTextAsync(counter, "0");
        string raise = $"n=$(cat {counter}); sleep 0.05; echo $((n + 1)) > {counter}; echo $ETCD_LOCK_REV";
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Etcdctl.RunAsync(
            cluster.Endpoints[i % cluster.Size], ["lock", "--", "counted", "sh", "-c", raise])));
        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.ToString()));
        Assert.Equal("10", (await File.ReadAllTextAsync(counter)).Trim());
        Assert.Equal(10, results.Select(result => result.Output.Trim()).Distinct().Count());
        Assert.Empty((await cluster[0].RangeAsync("counted/", EtcdConnection.After("counted/"))).Keys);
    }

    /// <summary>etcdctl's lock and the lock service wait for each other.</summary>
    public static async Task RunServiceBesideEtcdctlAsync(TestCluster cluster)
    {
        long lease = await cluster[0].GrantAsync(60);
        var locked = await LockAsync(cluster, 0, lease);
        Assert.Equal($"shared/{lease:x}", locked.Text(2));
        var waiting = Etcdctl.RunAsync(cluster.Endpoints[1], ["lock", "shared", "echo", "held"]);
        await Until.TrueAsync(
            "etcdctl waits for the lock", TestCluster.Patience,
            async () => (await cluster[0].RangeAsync("shared/", EtcdConnection.After("shared/"))).Keys.Count == 2, cluster.Logs);
        Assert.False(waiting.IsCompleted);
        await cluster[2].CallAsync("v3lockpb.Lock", "Unlock", new WireWriter().Text(1, locked.Text(2)), null);
        Assert.Equal("held", (await waiting).Succeeded().Output.Trim());
    }

    /// <summary>One of two etcdctl that campaign leads; killed, it is succeeded when its lease ends.</summary>
    public static async Task RunElectAsync(TestCluster cluster)
    {
        using var first = Start(cluster, 0, "one");
        Assert.StartsWith("elected/", await LineAsync(first), StringComparison.Ordinal);
        Assert.Equal("one", await LineAsync(first));
        using var second = Start(cluster, 1, "two");
        await Until.TrueAsync(
            "both campaign", TestCluster.Patience,
            async () => (await cluster[0].RangeAsync("elected/", EtcdConnection.After("elected/"))).Keys.Count == 2, cluster.Logs);
        var leader = await cluster[2].CallAsync("v3electionpb.Election", "Leader", new WireWriter().Text(1, "elected"), null);
        Assert.Equal("one", leader.Message(2).Text(5));
        LiveProcess.Send(first.Id, Signal.Interrupt);
        Assert.StartsWith("elected/", await LineAsync(second), StringComparison.Ordinal);
        Assert.Equal("two", await LineAsync(second));
        LiveProcess.Send(second.Id, Signal.Interrupt);
    }

    private static Task<WireMessage> LockAsync(TestCluster cluster, int slot, long lease) =>
        cluster[slot].CallAsync("v3lockpb.Lock", "Lock", new WireWriter().Text(1, "shared").Varint(2, lease), null);

    private static Process Start(TestCluster cluster, int slot, string value) => Process.Start(Command.StartInfo(
        "/usr/bin/etcdctl",
        ["--endpoints", cluster.Endpoints[slot], "elect", "elected", value],
        new Dictionary<string, string> { ["ETCDCTL_API"] = "3" }))!;

    private static async Task<string?> LineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TestCluster.Patience);
}
