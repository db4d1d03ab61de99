using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Leases;

/// <summary>What leases do, on any cluster.</summary>
internal static class LeaseScenarios
{
    /// <summary>etcdctl's commands for leases, and what they print.</summary>
    public static async Task RunEtcdctlAsync(TestCluster cluster, int slot)
    {
        string key = $"leased/{slot}/";
        async Task<string> RunAsync(string arguments)
        {
            var result = await Etcdctl.RunAsync(cluster.Endpoints[slot], arguments.Split(' '));
            return result.Output.Trim() + (result.ExitCode == 0 ? "" : $" ({result.Error.Trim().Split('\n')[^1]})");
        }

        string granted = await RunAsync("lease grant 60");
        string id = granted.Split(' ')[1];
        Assert.Equal($"lease {id} granted with TTL(60s)", granted);
        Assert.Equal("OK", await RunAsync($"put {key}b 1 --lease={id}"));
        Assert.Equal("OK", await RunAsync($"put {key}a 1 --lease={id}"));
        Assert.Equal("OK", await RunAsync($"put {key}detached 1 --lease={id}"));
        Assert.Equal("OK", await RunAsync($"put {key}detached 2"));
        Assert.Matches(
            $@"^lease {id} granted with TTL\(60s\), remaining\((60|5\d)s\), attached keys\(\[({key}a {key}b|{key}b {key}a)\]\)$",
            await RunAsync($"lease timetolive {id} --keys"));
        Assert.Matches($@"^lease {id} granted with TTL\(60s\), remaining\((60|5\d)s\)$", await RunAsync($"lease timetolive {id}"));
        Assert.Equal($"lease {id} keepalived with TTL(60)", await RunAsync($"lease keep-alive --once {id}"));
        string listed = await RunAsync("lease list");
        Assert.Matches(@"^found \d+ leases\n", listed);
        Assert.Contains(id, listed, StringComparison.Ordinal);
        Assert.Equal($"lease {id} revoked", await RunAsync($"lease revoke {id}"));
        Assert.Equal($"{key}detached\n2", await RunAsync($"get {key} --prefix"));
        Assert.Equal($"lease {id} already expired", await RunAsync($"lease timetolive {id}"));
        const string NotFound = "Error: etcdserver: requested lease not found";
        Assert.Contains(NotFound, await RunAsync($"lease keep-alive --once {id}"), StringComparison.Ordinal);
        Assert.Contains("(etcdserver: requested lease not found)", await RunAsync($"lease revoke {id}"), StringComparison.Ordinal);
        Assert.Contains(NotFound, await RunAsync($"put {key}a 1 --lease={id}"), StringComparison.Ordinal);
        Assert.Contains("granted with TTL(2s)", await RunAsync("lease grant 1"), StringComparison.Ordinal);
        Assert.Contains("too large lease TTL", await RunAsync("lease grant 9000000001"), StringComparison.Ordinal);
    }

    /// <summary>A lease's keys vanish at one revision, seen from every member.</summary>
    public static async Task RunExpiryAsync(TestCluster cluster)
    {
        long lease = await cluster[0].GrantAsync(2);
        await cluster[0].PutAsync("expiring/a", "1", lease);
        long before = await cluster[1].PutAsync("expiring/b", "1", lease);
        List<long> gone = [];
        foreach (int slot in cluster.Slots)
        {
            var reply = await Until.SomeAsync(
                $"slot {slot} has no keys of the lease",
                TestCluster.Patience,
                async () => await cluster[slot].RangeAsync("expiring/", EtcdConnection.After("expiring/")) is { Keys.Count: 0 } empty ? empty : null,
                cluster.Logs);
            gone.Add(await FirstWithoutAsync(cluster[slot], before, reply.Revision));
        }

        Assert.Single(gone.Distinct());
        Assert.Equal(2, (await cluster[0].RangeAsync("expiring/", EtcdConnection.After("expiring/"), revision: before)).Keys.Count);
        Assert.Equal(0, await cluster[0].KeepAliveAsync(lease));
    }

    /// <summary>The first revision at which not both keys are there: then neither is. Others may write meanwhile, members that register among them.</summary>
    private static async Task<long> FirstWithoutAsync(EtcdConnection member, long before, long last)
    {
        for (long revision = before; revision <= last; revision++)
        {
            int left = (await member.RangeAsync("expiring/", EtcdConnection.After("expiring/"), revision: revision)).Keys.Count;
            if (left < 2)
            {
                Assert.Equal(0, left);
                return revision;
            }
        }

        throw new InvalidOperationException($"both keys are there at revision {last}");
    }

    /// <summary>
    /// Many leases live while something happens to the leader, some renewed through all members and some not: none ends before
    /// its time since it was last promised, by this machine's monotonic clock, and all end in the end.
    /// </summary>
    public static async Task RunThroughAsync(TestCluster cluster, Func<Task> harm)
    {
        await using var watch = await LeaseWatch.StartAsync(cluster, leases: 20, seconds: 6);
        await watch.RoundsAsync(3);
        await harm();
        await watch.RoundsAsync(40);
        watch.StopRenewing();
        await watch.AllEndAsync();
        Assert.Empty(watch.EndedEarly);
        Assert.True(watch.Renewals >= 50, $"only {watch.Renewals} keep-alives were answered");
    }

    /// <summary>The leader is stopped for longer than the leases' time, while they are renewed elsewhere.</summary>
    public static Task RunThroughSuspendedLeaderAsync(TestCluster cluster, int seconds) => RunThroughAsync(cluster, async () =>
    {
        int leader = await cluster.LeaderAsync();
        await cluster.SuspendAsync(leader);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Until.TrueAsync($"{seconds} s have passed", TestCluster.Patience, () => clock.Elapsed.TotalSeconds > seconds);
        cluster.Resume(leader);
    });

    /// <summary>The leader is killed and restarted.</summary>
    public static Task RunThroughLeaderKillAsync(TestCluster cluster) => RunThroughAsync(cluster, async () =>
    {
        int leader = await cluster.LeaderAsync();
        await cluster.KillAsync(leader);
        await cluster.LaunchAsync(leader);
    });
}
