using StateServer.Consensus.Raft;
using StateServer.Consensus.Status;

namespace StateServer.Consensus.Tests.Raft;

public sealed class LeadershipTest
{
    [Fact]
    public async Task The_cheap_position_says_what_the_status_says()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await TestCluster.EventuallyAsync(
            () => cluster.Running.All(member => member.Node.Position == Expected(member.Node.Status) && !member.Node.Position.Leader.IsNone),
            () => string.Join(' ', cluster.Running.Select(member => $"{member.Node.Position} {member.Node.Status}")));
        Assert.Equal(leader.Node.Identity.Id, leader.Node.Position.Leader);

        static MemberPosition Expected(RaftStatus status) =>
            new(status.Leader, status.Term, status is { IsLeader: false, IsVoter: false, Fault: null });
    }

    [Fact]
    public async Task Leadership_is_handed_to_the_member_that_was_named()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await cluster.ProposeAsync($"before {i}");
            var leader = await cluster.LeaderAsync();
            var heir = cluster.Running.First(member => member != leader);
            await leader.Node.TransferLeadershipAsync(heir.Node.Identity.Id, CancellationToken.None);
            Assert.False(leader.Node.Status.Leader.IsNone);
            await TestCluster.EventuallyAsync(
                () => !heir.Node.LeadershipToken.IsCancellationRequested, () => $"{leader.Node.Status} {heir.Node.Status}");
            Assert.False(leader.Node.Status.IsLeader);
        }
    }

    /// <summary>A follower has no other reason to call a voter that doesn't lead: it would first connect to it when it is elected.</summary>
    [Fact]
    public async Task A_follower_that_greets_the_voters_has_a_connection_to_one_that_was_started_anew()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = cluster.IndexOf(await cluster.LeaderAsync());
        var (greeter, other) = ((leader + 1) % 3, (leader + 2) % 3);
        await cluster.KillAsync(other);
        await cluster.Members[greeter]!.Node.GreetVotersAsync(CancellationToken.None);
        var before = cluster.Connections(greeter, other);
        await cluster.StartAsync(other);
        await TestCluster.EventuallyAsync(
            () =>
            {
                _ = cluster.Members[greeter]!.Node.GreetVotersAsync(CancellationToken.None);
                return cluster.Connections(greeter, other) > before;
            },
            () => "it is not connected");
    }

    [Fact]
    public async Task A_leader_that_stops_hands_over_first()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var term = leader.Node.Status.Term;
        await leader.Node.StopAsync(CancellationToken.None);
        Assert.Contains(cluster.Running, member => member != leader && member.Node.Status.Term > term);
        await cluster.KillAsync(cluster.IndexOf(leader));
        await cluster.ProposeAsync("two");
    }

    [Fact]
    public async Task A_member_that_is_kept_from_leading_follows_and_votes_and_never_leads()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var unfit = cluster.Running.First(member => member != leader);
        var fit = cluster.Running.First(member => member != leader && member != unfit);
        unfit.Node.KeepFromLeading("its state differs");
        var refused = await Assert.ThrowsAsync<TransferRefusedException>(
            () => leader.Node.TransferLeadershipAsync(unfit.Node.Identity.Id, CancellationToken.None).AsTask());
        Assert.Contains("its state differs", refused.Message, StringComparison.Ordinal);

        // While neither may, nobody stands; then the other one does, and needs this one's vote.
        fit.Node.KeepFromLeading("its state differs too");
        await cluster.KillAsync(cluster.IndexOf(leader));
        var term = fit.Node.Status.Term;
        var killed = TimeProvider.System.GetTimestamp();
        await TestCluster.EventuallyAsync(
            () => TimeProvider.System.GetElapsedTime(killed) > 2 * cluster.OptionsOf(0).ElectionTimeoutHigh, () => "no time passes");
        Assert.All(cluster.Running, member => Assert.Equal((term, false), (member.Node.Status.Term, member.Node.Status.IsLeader)));
        fit.Node.KeepFromLeading(null);
        await cluster.ProposeAsync("two");
        Assert.Same(fit, await cluster.LeaderAsync());
        await TestCluster.EventuallyAsync(
            () => unfit.Applier.Commands.Distinct().SequenceEqual(["one", "two"]), () => string.Join(", ", unfit.Applier.Commands));
    }

    [Fact]
    public async Task A_transfer_to_one_that_is_no_voter_or_does_not_answer_is_refused()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        await Assert.ThrowsAsync<TransferRefusedException>(
            () => leader.Node.TransferLeadershipAsync(new(999), CancellationToken.None).AsTask());
        var silent = cluster.Running.First(member => member != leader);
        cluster.Isolate(cluster.IndexOf(silent));
        await TestCluster.EventuallyAsync(
            () => TimeProvider.System.GetElapsedTime(leader.Node.Status.ProgressOf(silent.Node.Identity.Id).LastContactTimestamp)
                > TimeSpan.FromMilliseconds(2100),
            () => "it still answers");
        await Assert.ThrowsAsync<TransferRefusedException>(
            () => leader.Node.TransferLeadershipAsync(silent.Node.Identity.Id, CancellationToken.None).AsTask());
        await cluster.ProposeAsync("two");
        Assert.True(leader.Node.Status.IsLeader);
    }

    [Fact]
    public async Task A_majority_confirms_leadership_while_a_follower_is_silent()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        var position = await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        cluster.Isolate(cluster.IndexOf(cluster.Running.First(member => member != leader)));
        for (var i = 0; i < 20; i++)
        {
            Assert.True(await leader.Node.ConfirmLeadershipAsync(CancellationToken.None) >= position.Index);
        }

        await cluster.ProposeAsync("two");
    }

    [Fact]
    public async Task A_leader_without_a_quorum_confirms_nothing_and_steps_down()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var term = leader.Node.Status.Term;
        cluster.Isolate(cluster.IndexOf(leader));
        await Assert.ThrowsAsync<NotLeadingException>(() => leader.Node.ConfirmLeadershipAsync(CancellationToken.None).AsTask());
        await TestCluster.EventuallyAsync(() => !leader.Node.Status.IsLeader, () => leader.Node.Status.ToString());
        Assert.True(leader.Node.LeadershipToken.IsCancellationRequested);
        var next = await cluster.LeaderAsync();
        Assert.NotSame(leader, next);
        Assert.True(next.Node.Status.Term > term);
        await cluster.ProposeAsync("two");
        cluster.Heal();
        await TestCluster.EventuallyAsync(
            () => leader.Applier.Commands.Distinct().SequenceEqual(["one", "two"]), () => string.Join(", ", leader.Applier.Commands));
    }
}
