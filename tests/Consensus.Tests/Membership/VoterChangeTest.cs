using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Raft;

namespace StateServer.Consensus.Tests.Membership;

public sealed class VoterChangeTest
{
    [Fact]
    public async Task One_grows_to_three_both_promotions_back_to_back_and_outlives_its_first_member()
    {
        await using var cluster = new TestCluster(1, joining: 2);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(1);
        await cluster.JoinAsync(2);
        var first = await cluster.PromoteAsync(1);
        var second = await cluster.PromoteAsync(2);
        Assert.True(second.Index > first.Index);
        Assert.Equal(second, await cluster.PromoteAsync(2));
        Assert.Equal(Enumerable.Range(0, 3).Select(cluster.IdOf), (await cluster.LeaderAsync()).Applier.Voters);
        await TestCluster.EventuallyAsync(
            () => cluster.Running.All(member => member.Node.Status is { Voters.Length: 3, IsVoter: true, Learners.Count: 0 }),
            () => string.Join("; ", cluster.Running.Select(member => member.Node.Status)));
        await cluster.ProposeAsync("two");
        await cluster.KillAsync(0);
        await cluster.ProposeAsync("three");
        await cluster.StartAsync(0);
        await TestCluster.EventuallyAsync(
            () => cluster.Members[0]!.Applier.Commands.SequenceEqual(["one", "two", "three"]),
            () => cluster.Members[0]!.Node.Status.ToString());
    }

    [Fact]
    public async Task A_learner_that_does_not_answer_gets_no_vote_nor_does_one_that_is_none()
    {
        await using var cluster = new TestCluster(1, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(1);
        await cluster.KillAsync(1);
        var leader = cluster.Members[0]!.Node;
        var acknowledged = leader.Status.Learners[cluster.IdOf(1)].AcknowledgedTimestamp;
        await TestCluster.EventuallyAsync(
            () => TimeProvider.System.GetElapsedTime(acknowledged) > TimeSpan.FromMilliseconds(500), () => "no time passes");
        var refused = await Assert.ThrowsAsync<RefusedChangeException>(() => leader.PromoteAsync(cluster.IdOf(1), CancellationToken.None).AsTask());
        Assert.Contains("200 ms (two heartbeats) is the most", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<RefusedChangeException>(() => leader.PromoteAsync(new(999), CancellationToken.None).AsTask());
        Assert.Contains("member 999 is no learner here", refused.Message, StringComparison.Ordinal);
        Assert.Equal([cluster.IdOf(0)], leader.Status.Voters);
        await cluster.ProposeAsync("two");
    }

    [Fact]
    public async Task A_change_that_leaves_no_quorum_alive_or_takes_the_leaders_own_vote_is_refused_with_the_numbers()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var others = cluster.Running.Where(member => member != leader).Select(cluster.IndexOf).ToArray();
        var own = await Assert.ThrowsAsync<RefusedChangeException>(
            () => leader.Node.RemoveVoterAsync(leader.Node.Identity.Id, CancellationToken.None).AsTask());
        Assert.Contains("leadership is handed over before", own.Message, StringComparison.Ordinal);
        await cluster.KillAsync(others[0]);
        await cluster.SilentAsync(others[0]);
        var refused = await Assert.ThrowsAsync<RefusedChangeException>(
            () => leader.Node.RemoveVoterAsync(cluster.IdOf(others[1]), CancellationToken.None).AsTask());
        Assert.Contains("there would be 2 voters with 1 alive, and 2 are a quorum", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotLeadingException>(
            () => cluster.Members[others[1]]!.Node.RemoveVoterAsync(cluster.IdOf(others[0]), CancellationToken.None).AsTask());
        Assert.Equal(3, leader.Node.Status.Voters.Length);
        await cluster.RemoveVoterAsync(others[0]);
        Assert.Equal(2, (await cluster.LeaderAsync()).Node.Status.Voters.Length);
        await cluster.ProposeAsync("two");
    }

    [Fact]
    public async Task A_dead_voter_is_swapped_by_removing_then_adding_over_a_crash_of_the_leader_between_the_two()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var dead = cluster.IndexOf(cluster.Running.First(member => member != leader));
        await cluster.KillAsync(dead);
        await cluster.JoinAsync(3);
        await cluster.SilentAsync(dead);
        await cluster.RemoveVoterAsync(dead);
        var crashed = cluster.IndexOf(await cluster.LeaderAsync());
        await cluster.KillAsync(crashed);
        await cluster.StartAsync(crashed);
        await cluster.PromoteAsync(3);
        await cluster.ProposeAsync("two");
        var voters = (await cluster.LeaderAsync()).Node.Status.Voters;
        Assert.Equal(Enumerable.Range(0, 4).Where(i => i != dead).Select(cluster.IdOf), voters);
        await cluster.KillAsync(crashed);
        await cluster.ProposeAsync("three");
    }

    [Fact]
    public async Task A_live_voter_is_swapped_by_adding_then_removing_over_the_death_of_the_leader_between_the_two()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(3);
        await cluster.PromoteAsync(3);
        var died = cluster.IndexOf(await cluster.LeaderAsync());
        await cluster.KillAsync(died);
        await cluster.ProposeAsync("two");
        await cluster.SilentAsync(died);
        await cluster.RemoveVoterAsync(died);
        Assert.Equal(Enumerable.Range(0, 4).Where(i => i != died).Select(cluster.IdOf), (await cluster.LeaderAsync()).Node.Status.Voters);

        // Still in the roster, it comes back as a learner, and leads nothing.
        await cluster.StartAsync(died);
        await cluster.ProposeAsync("three");
        await TestCluster.EventuallyAsync(
            () => cluster.Members[died]! is { Node.Position.IsLearner: true } back && back.Applier.Commands.SequenceEqual(["one", "two", "three"]),
            () => cluster.Members[died]!.Node.Status.ToString());
    }
}
