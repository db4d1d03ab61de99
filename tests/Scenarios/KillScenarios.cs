using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios;

/// <summary>Members killed and stopped under writes, on any cluster. Moments are drawn from the seed, which failures print.</summary>
internal static class KillScenarios
{
    /// <summary>kill -9 of the leader, time and again, each time restarted.</summary>
    public static Task LeaderAsync(TestCluster cluster, int rounds, int seed) =>
        OneAsync(cluster, rounds, seed, "leader/", _ => cluster.LeaderAsync());

    /// <summary>kill -9 of a follower, time and again, each time restarted.</summary>
    public static Task FollowerAsync(TestCluster cluster, int rounds, int seed) =>
        OneAsync(cluster, rounds, seed, "follower/", cluster.FollowerAsync);

    /// <summary>kill -9 of all members at once, and a restart in an order of chance.</summary>
    public static async Task AllAsync(TestCluster cluster, int rounds, int seed)
    {
        var chance = Announced(seed);
        await using var load = WriteLoad.Start(cluster, $"all-{seed}/");
        for (int round = 0; round < rounds; round++)
        {
            await load.MoreAsync(50, cluster.Logs);
            await MomentAsync(chance);
            await cluster.KillAsync([.. cluster.Slots]);
            foreach (int slot in Shuffled(cluster.Slots, chance))
            {
                await cluster.LaunchAsync(slot);
                await MomentAsync(chance);
            }

            await cluster.WaitHealthyAsync(cluster.Slots);
        }

        await load.MoreAsync(50, cluster.Logs);
        await FinishAsync(load, cluster, seed);
    }

    /// <summary>The leader is stopped for 5 s while others write, and asked the moment it goes on: it must not answer from the past.</summary>
    public static async Task SuspendedLeaderAsync(TestCluster cluster)
    {
        int old = await cluster.LeaderAsync();
        int[] others = [.. cluster.Slots.Where(slot => slot != old)];
        await using var load = WriteLoad.Start(cluster, "suspended/", slots: others);
        await load.MoreAsync(20, cluster.Logs);
        await cluster.SuspendAsync(old);
        var clock = Stopwatch.StartNew();

        // Of these some are old when the leader wakes, and some come as it does: both must see what is acknowledged by now.
        await Until.TrueAsync("5 s have passed", TestCluster.Patience, () => clock.Elapsed > TimeSpan.FromSeconds(5));
        await load.MoreAsync(20, cluster.Logs);
        var expected = load.Newest();
        var reads = expected.SelectMany(record => Enumerable.Repeat(record, 10)).Select(async record =>
            (record, reply: await AnswerAsync(cluster[old], record.Key))).ToList();
        cluster.Resume(old);
        foreach (var (record, reply) in await Task.WhenAll(reads))
        {
            Assert.True(
                reply is null || (reply.Keys.Count == 1 && reply.Revision >= record.Revision),
                $"the woken leader answered revision {reply?.Revision} without {record.Key}, acknowledged at {record.Revision}");
        }

        await cluster.WaitHealthyAsync(cluster.Slots);
        await FinishAsync(load, cluster, seed: 0);
    }

    private static async Task<RangeReply?> AnswerAsync(EtcdConnection member, string key)
    {
        try
        {
            return await member.RangeAsync(key);
        }
        catch (Grpc.Core.RpcException)
        {
            return null;
        }
    }

    private static async Task OneAsync(TestCluster cluster, int rounds, int seed, string prefix, Func<Random, Task<int>> victim)
    {
        var chance = Announced(seed);
        await using var load = WriteLoad.Start(cluster, $"{prefix}{seed}/");
        for (int round = 0; round < rounds; round++)
        {
            await load.MoreAsync(50, cluster.Logs);
            await MomentAsync(chance);
            int slot = await victim(chance);
            await cluster.KillAsync(slot);

            // The majority goes on without it.
            await load.MoreAsync(50, cluster.Logs);
            await cluster.LaunchAsync(slot);
            await cluster.WaitHealthyAsync([slot]);
        }

        await FinishAsync(load, cluster, seed);
    }

    private static async Task FinishAsync(WriteLoad load, TestCluster cluster, int seed)
    {
        var history = await load.StopAsync();
        Assert.True(load.Reads > 0, $"no linearizable read was answered (seed {seed})");
        await history.VerifyAsync(cluster, atLeast: 40);
        TestContext.Current.SendDiagnosticMessage($"seed {seed}: {history.Summary()}, {load.Reads} reads");
    }

    /// <summary>The moments are of chance but repeatable as far as real processes allow: the seed is said.</summary>
    private static Random Announced(int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>Up to 200 ms: from the middle of an append to well after it.</summary>
    private static Task MomentAsync(Random chance) => Task.Delay(chance.Next(200), TestContext.Current.CancellationToken);

    private static int[] Shuffled(IEnumerable<int> slots, Random chance)
    {
        int[] order = [.. slots];
        chance.Shuffle(order);
        return order;
    }
}
