using System.Collections.Concurrent;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>Three whole members over real gRPC and real folders.</summary>
public sealed class HostedClusterTests
{
    [Fact]
    public async Task Each_member_writes_and_reads_what_the_others_wrote()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            var through = cluster[i % 3].Replica;
            Assert.IsType<PutOutcome>(await through.ProposeAsync(Commands.Put("k", $"v{i}")));
            Assert.Equal(i + 1, through.State.VersionOf("k"));
            var elsewhere = await cluster[(i + 1) % 3].Replica.ReadLinearizableAsync(CancellationToken.None);
            Assert.Equal(i + 1, elsewhere.VersionOf("k"));
        }

        await Eventually.IsTrueAsync(() => cluster[0].Replica.State.Members.Count == 3, "all are registered");
        var observed = await cluster[1].Replica.ObserveMembersAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.All(observed, one => Assert.Null(one.Status?.Unhealthy ?? one.Error));
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_is_executed_twice_over_kills_and_restarts()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var unknown = new ConcurrentDictionary<string, bool>();
        for (var round = 0; round < 4; round++)
        {
            var leader = await cluster.LeaderAsync();
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 12).Select(i => WriteAsync(
                cluster[i % 3], $"{round}-{i}", acknowledged, unknown, stop.Token)).ToList();
            var before = acknowledged.Count;
            await Eventually.IsTrueAsync(() => acknowledged.Count > before + 50, "writes go through", 60);
            await cluster.KillAsync(leader);
            before = acknowledged.Count;
            await Eventually.IsTrueAsync(() => acknowledged.Count > before + 50, "writes go through without the old leader", 60);
            await stop.CancelAsync();
            await Task.WhenAll(writers);
            await cluster.StartAsync(leader);
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.KillAsync));
        await cluster.StartAsync(2, 0, 1);
        for (var i = 0; i < 3; i++)
        {
            var state = await cluster[i].Replica.ReadLinearizableAsync(CancellationToken.None);
            Assert.All(acknowledged.Keys, key => Assert.Equal(1, state.VersionOf(key)));
            Assert.All(unknown.Keys, key => Assert.InRange(state.VersionOf(key), 0, 1));
        }
    }

    [Fact]
    public async Task A_member_far_behind_is_caught_up_by_a_snapshot_while_writes_go_on()
    {
        await using var cluster = new HostedCluster(options => options with { SnapshotEntries = 20, TailEntries = 2 });
        await cluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await cluster[leader].Replica.ProposeAsync(Commands.Put("first"));
        var behind = (leader + 1) % 3;
        var through = cluster[(leader + 2) % 3].Replica;
        await cluster.KillAsync(behind);
        var large = new string('x', 1024 * 1024); // the log drops whole segments of 16 MiB
        for (var i = 0; i < 40; i++)
        {
            await through.ProposeAsync(Commands.Put($"k{i % 4}", large));
        }

        await Eventually.IsTrueAsync(() => cluster.Running.All(member => member.Replica.Status.FirstIndex > 5), "the log was cut behind a snapshot", 60);
        await cluster.StartAsync(behind);
        await through.ProposeAsync(Commands.Put("last"));
        var state = await cluster[behind].Replica.ReadLinearizableAsync(CancellationToken.None);
        Assert.Equal(1, state.VersionOf("last"));
        Assert.Equal(10, state.VersionOf("k3"));
        Assert.True(cluster[behind].Replica.Status.SnapshotIndex > 0);
        Assert.Equal(through.State.VersionOf("first"), state.VersionOf("first"));
    }

    /// <summary>Its state is empty, and not the cluster's: not even a serializable read may be answered from it.</summary>
    [Fact]
    public async Task A_member_whose_log_is_damaged_serves_nothing_says_why_and_the_others_go_on()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await cluster[0].Replica.ProposeAsync(Commands.Put("k", $"v{i}"));
        }

        var damaged = ((await cluster.LeaderAsync()) + 1) % 3;
        await Eventually.IsTrueAsync(() => cluster[damaged].Replica.State.VersionOf("k") == 20, "it has applied all");
        Assert.Equal(20, cluster[damaged].Replica.ReadSerializable().VersionOf("k"));
        await cluster.KillAsync(damaged);
        var segment = Directory.GetFiles(Path.Combine(cluster.FolderOf(damaged), "log"), "log-*.seg").Single();
        await using (var file = File.OpenWrite(segment))
        {
            file.Position = 4096 + 100;
            file.Write([0xFF, 0xEE, 0xDD, 0xCC]);
        }

        await cluster.StartAsync(damaged);
        var replica = cluster[damaged].Replica;
        await Eventually.IsTrueAsync(() => replica.Status.Unhealthy?.Contains("damaged at byte", StringComparison.Ordinal) ?? false, "it says so");
        Assert.Equal(Consensus.Status.MemberRole.Passive, replica.Status.Role);
        Assert.Equal(ReadRefusal.Closed, Assert.Throws<ReadRefusedException>(() => replica.ReadSerializable()).Refusal);
        Assert.IsType<PutOutcome>(await cluster[(damaged + 1) % 3].Replica.ProposeAsync(Commands.Put("k", "after")));
    }

    [Fact]
    public async Task A_stopping_leader_hands_over_and_no_client_of_another_member_notices()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var other = cluster[(leader + 1) % 3];
        await other.Replica.ProposeAsync(Commands.Put("k"));
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var unknown = new ConcurrentDictionary<string, bool>();
        using var stop = new CancellationTokenSource();
        var writer = WriteAsync(other, "w", acknowledged, unknown, stop.Token);
        await Eventually.IsTrueAsync(() => acknowledged.Count > 20, "writes go through");
        await cluster[leader].StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
        var before = acknowledged.Count;
        await Eventually.IsTrueAsync(() => acknowledged.Count > before + 20, "writes go on");
        await stop.CancelAsync();
        await writer;
        Assert.Empty(unknown);
        Assert.All(acknowledged.Keys, key => Assert.Equal(1, other.Replica.State.VersionOf(key)));
    }

    private static async Task WriteAsync(
        HostedMember member,
        string name,
        ConcurrentDictionary<string, bool> acknowledged,
        ConcurrentDictionary<string, bool> unknown,
        CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = $"{name}-{i}";
            try
            {
                await member.Replica.ProposeAsync(Commands.Put(key));
                acknowledged[key] = true;
            }
            catch (OutcomeUnknownException)
            {
                unknown[key] = true;
            }
            catch (Exception e) when (e is ProposalRefusedException or ObjectDisposedException)
            {
                if (e is ProposalRefusedException { Reason: ProposalRefusal.Stopping } or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
