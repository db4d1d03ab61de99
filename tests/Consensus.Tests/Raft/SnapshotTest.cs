namespace StateServer.Consensus.Tests.Raft;

public sealed class SnapshotTest
{
    [Fact]
    public async Task A_follower_far_behind_catches_up_by_snapshot_while_writes_go_on()
    {
        await using var cluster = new TestCluster(3, tailEntries: 5);
        await cluster.StartAsync();
        await cluster.ProposeAsync("first");
        var leader = await cluster.LeaderAsync();
        var behind = cluster.IndexOf(cluster.Running.First(member => member != leader));
        await cluster.KillAsync(behind);
        for (var i = 0; i < 24; i++)
        {
            await cluster.ProposeAsync($"{i}:{new string('x', 1024 * 1024)}");
        }

        leader = await cluster.LeaderAsync();
        await WriteSnapshotAsync(leader);
        await TestCluster.EventuallyAsync(() => leader.Node.Status.FirstIndex > 10, () => leader.Node.Status.ToString());
        var restart = cluster.StartAsync(behind);
        for (var i = 0; i < 20; i++)
        {
            await cluster.ProposeAsync($"late {i}");
        }

        await restart;
        await TestCluster.EventuallyAsync(
            () => cluster.Members[behind]!.Applier.Commands.SequenceEqual(leader.Applier.Commands),
            () => cluster.Members[behind]!.Node.Status.ToString());
        Assert.True(cluster.Members[behind]!.Node.Status.FirstIndex > 10);
        Assert.NotNull(cluster.Members[behind]!.Node.Snapshots.Newest);

        await cluster.KillAsync(behind);
        await cluster.StartAsync(behind);
        await TestCluster.EventuallyAsync(
            () => cluster.Members[behind]!.Applier.Commands.SequenceEqual(leader.Applier.Commands),
            () => cluster.Members[behind]!.Node.Status.ToString());
    }

    [Fact]
    public async Task A_follower_a_few_entries_behind_a_snapshot_gets_entries()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("first");
        var leader = await cluster.LeaderAsync();
        var behind = cluster.IndexOf(cluster.Running.First(member => member != leader));
        await cluster.KillAsync(behind);
        for (var i = 0; i < 10; i++)
        {
            await cluster.ProposeAsync($"{i}");
        }

        leader = await cluster.LeaderAsync();
        await WriteSnapshotAsync(leader);
        await cluster.StartAsync(behind);
        await TestCluster.EventuallyAsync(
            () => cluster.Members[behind]!.Applier.Commands.SequenceEqual(leader.Applier.Commands),
            () => cluster.Members[behind]!.Node.Status.ToString());
        Assert.Null(cluster.Members[behind]!.Node.Snapshots.Newest);
    }

    /// <summary>What the scheduler of snapshots does.</summary>
    internal static async Task WriteSnapshotAsync(TestMember member)
    {
        var content = member.Applier.Snapshot(out var index);
        var configuration = member.Node.ConfigurationAt(index);
        var term = member.Node.Status.Term;
        using var writer = member.Node.Snapshots.Begin(new(index, term), configuration.Encoded, configuration.Index);
        writer.Write(content);
        writer.Commit();
        await member.Node.SnapshotWrittenAsync(index, CancellationToken.None);
    }
}
