using StateServer.Consensus.Tests.Raft;

namespace StateServer.Consensus.Tests.Transport;

public sealed class AddressTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_member_that_comes_back_at_another_address_is_found_there(bool learner)
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(3);
        var leader = await cluster.LeaderAsync();
        var moved = learner ? 3 : cluster.IndexOf(cluster.Running.First(member => member != leader));
        await cluster.KillAsync(moved);
        var address = $"127.0.0.1:{cluster.SparePort(0)}";
        await cluster.OpenAsync(moved, cluster.OptionsOf(moved) with { PeerAddress = address });
        await cluster.StartOpenedAsync(moved);
        await cluster.ProposeAsync("two");
        await TestCluster.EventuallyAsync(
            () => cluster.Members[moved]!.Applier.Commands.SequenceEqual(["one", "two"]),
            () => $"{cluster.Members[moved]!.Node.Status}; {string.Join(", ", cluster.Running.Select(member => member.Node.Channels.AddressOf(cluster.IdOf(moved))))}");
    }

    [Fact]
    public async Task What_a_member_says_of_its_address_counts_only_where_it_is_reached_no_more()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var follower = cluster.Running.First(member => member != leader).Node.Identity.Id;
        var before = leader.Node.Channels.AddressOf(follower);
        leader.Node.Channels.Announce(follower, $"127.0.0.1:{cluster.SparePort(0)}");
        leader.Node.Channels.Announce(follower, "no address");
        await cluster.ProposeAsync("two");
        Assert.Equal(before, leader.Node.Channels.AddressOf(follower));
    }
}
