namespace StateServer.Consensus.Tests.Raft;

public sealed class ClusterTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_new_cluster_elects_replicates_and_commits(int count)
    {
        await using var cluster = new TestCluster(count);
        await cluster.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await cluster.ProposeAsync($"c{i}");
        }

        // One that was appended as the leader changed is proposed again, and may be there twice.
        var expected = Enumerable.Range(0, 20).Select(i => $"c{i}").ToArray();
        await TestCluster.EventuallyAsync(
            () => cluster.Running.All(member => member.Applier.Commands.Distinct().Count() == expected.Length),
            () => string.Join("; ", cluster.Running.Select(member => member.Node.Status)));
        Assert.All(cluster.Running, member => Assert.Equal(expected, member.Applier.Commands.Distinct()));
    }

    [Fact]
    public async Task All_killed_and_restarted_nothing_acknowledged_is_lost()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        var acknowledged = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                await cluster.ProposeAsync($"r{round}c{i}");
                acknowledged.Add($"r{round}c{i}");
            }

            await Task.WhenAll(cluster.KillAsync(0), cluster.KillAsync(1), cluster.KillAsync(2));
            await cluster.StartAsync();
        }

        await cluster.ProposeAsync("last");
        var leader = await cluster.LeaderAsync();
        Assert.Equal([.. acknowledged, "last"], leader.Applier.Commands.Distinct());
    }
}
