using StateServer.Consensus.Membership;
using StateServer.Consensus.Status;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>Who votes, as the leader of whole members over real gRPC sees and changes it.</summary>
public sealed class MembershipControlTests
{
    [Fact]
    public async Task The_leader_sees_its_learner_learn_gives_it_a_vote_and_takes_another_voters()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        await using var learner = await JoinAsync(cluster);
        var id = learner.Node.Identity.Id;
        await Eventually.IsTrueAsync(() => ControlsOf(cluster).Any(control => ReachOf(control, id) is { IsVoter: false, IsCaughtUp: true, LearnedShare: 1 }), "the learner is caught up", 60);
        await OnLeaderAsync(cluster, async leader =>
        {
            var control = cluster[leader].Replica.Membership;
            await control.PromoteAsync(id, CancellationToken.None);
            Assert.Contains(id, cluster[leader].Replica.Status.Voters);
            await control.PromoteAsync(id, CancellationToken.None);
            var reaches = control.Reaches;
            Assert.Equal(reaches.Select(reach => reach.Id).Order(), reaches.Select(reach => reach.Id));
            Assert.All(reaches, reach => Assert.True(reach.IsVoter));
            Assert.All(reaches.Where(reach => reach.Id == cluster[leader].Node.Identity.Id), reach => Assert.Equal(TimeSpan.Zero, reach.SilentFor));
        });
        await OnLeaderAsync(cluster, async leader =>
        {
            var control = cluster[leader].Replica.Membership;
            var other = cluster[(leader + 1) % 3].Node.Identity.Id;
            var voters = cluster[leader].Replica.Status.Voters.Length;
            await control.RemoveVoterAsync(other, CancellationToken.None);
            Assert.Equal(voters - 1, cluster[leader].Replica.Status.Voters.Length);
            await Eventually.IsTrueAsync(() => ControlsOf(cluster).Any(one => ReachOf(one, other) is { IsVoter: false }), "it is a learner now", 60);
        });
        Assert.IsType<PutOutcome>(await learner.Replica.ProposeAsync(Commands.Put("k", "two")));
    }

    [Fact]
    public async Task What_must_not_be_is_refused_with_its_reason_and_a_follower_sees_and_changes_nothing()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        var leader = await cluster.LeaderAsync();
        var self = cluster[leader].Node.Identity.Id;
        var control = cluster[leader].Replica.Membership;
        var own = await Assert.ThrowsAsync<VoterChangeException>(() => control.RemoveVoterAsync(self, CancellationToken.None).AsTask());
        Assert.Equal(VoterChangeFailure.Refused, own.Failure);
        Assert.Contains("leadership is handed over before", own.Message, StringComparison.Ordinal);
        var stranger = await Assert.ThrowsAsync<VoterChangeException>(() => control.PromoteAsync(new(999), CancellationToken.None).AsTask());
        Assert.Equal(VoterChangeFailure.Refused, stranger.Failure);
        Assert.Contains("member 999 is no learner here", stranger.Message, StringComparison.Ordinal);
        var target = await Assert.ThrowsAsync<VoterChangeException>(() => control.TransferLeadershipAsync(new(999), CancellationToken.None).AsTask());
        Assert.Equal(VoterChangeFailure.Refused, target.Failure);

        var heir = cluster[(leader + 1) % 3];
        await control.TransferLeadershipAsync(heir.Node.Identity.Id, CancellationToken.None);
        await Eventually.IsTrueAsync(() => heir.Replica.Status.Role == MemberRole.Leader, "the heir leads", 60);
        Assert.Empty(control.Reaches);
        var late = await Assert.ThrowsAsync<VoterChangeException>(() => control.RemoveVoterAsync(heir.Node.Identity.Id, CancellationToken.None).AsTask());
        Assert.Equal(VoterChangeFailure.NotLeading, late.Failure);
        Assert.Equal(3, cluster[leader].Replica.Status.Voters.Length);
    }

    [Fact]
    public async Task The_others_are_asked_whether_they_reach_a_member_and_its_silence_grows()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        var leader = await cluster.LeaderAsync();
        var control = cluster[leader].Replica.Membership;
        var gone = (leader + 1) % 3;
        var id = cluster[gone].Node.Identity.Id;
        Assert.Equal(ReachVerdict.Heard, await control.AskOthersAsync(id, CancellationToken.None));
        await cluster.KillAsync(gone);
        await Eventually.IsTrueAsync(() => ReachOf(control, id) is { } reach && reach.SilentFor > TimeSpan.FromSeconds(1), "it is silent", 60);
        Assert.Equal(ReachVerdict.Silent, await control.AskOthersAsync(id, CancellationToken.None));
        Assert.True(ReachOf(control, cluster[(leader + 2) % 3].Node.Identity.Id)!.SilentFor < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Where_nobody_else_votes_nobody_contradicts_and_where_nobody_answers_nothing_is_known()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        Assert.Equal(ReachVerdict.Heard, await cluster[0].Replica.Membership.AskOthersAsync(new(3), CancellationToken.None));
        cluster[2].Peers.Unreachable = true;
        Assert.Equal(ReachVerdict.Silent, await cluster[0].Replica.Membership.AskOthersAsync(new(3), CancellationToken.None));
        cluster[1].Peers.Unreachable = true;
        Assert.Equal(ReachVerdict.Unknown, await cluster[0].Replica.Membership.AskOthersAsync(new(3), CancellationToken.None));
        await using var alone = await FakeCluster.StartAsync(1);
        Assert.Equal(ReachVerdict.Silent, await alone[0].Replica.Membership.AskOthersAsync(new(3), CancellationToken.None));
    }

    [Fact]
    public async Task A_member_that_answers_and_takes_no_part_is_not_heard()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        cluster[2].Raft.Fault = "its log is damaged";
        var reply = await cluster[1].Replica.Desk.ReachAsync(new() { Member = 3 }, CancellationToken.None);
        Assert.False(reply.Heard);
        Assert.Contains("it takes no part", reply.Message, StringComparison.Ordinal);
        Assert.Equal(ReachVerdict.Silent, await cluster[0].Replica.Membership.AskOthersAsync(new(3), CancellationToken.None));
    }

    [Fact]
    public async Task A_member_whose_disk_hangs_says_so_and_its_peers_do_not_vouch_for_it()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        cluster[2].Raft.SyncingFor = TimeSpan.FromSeconds(9);
        Assert.Null(cluster[2].Replica.Status.Unhealthy);
        Assert.True((await cluster[1].Replica.Desk.ReachAsync(new() { Member = 3 }, CancellationToken.None)).Heard);
        cluster[2].Raft.SyncingFor = TimeSpan.FromSeconds(12);
        Assert.Equal("its disk hangs: a sync of the log began 12 s ago and has not ended", cluster[2].Replica.Status.Unhealthy);
        var reply = await cluster[1].Replica.Desk.ReachAsync(new() { Member = 3 }, CancellationToken.None);
        Assert.Equal((false, $"it takes no part: {cluster[2].Replica.Status.Unhealthy}"), (reply.Heard, reply.Message));
    }

    [Fact]
    public async Task The_leaders_status_tells_whoever_asks_what_it_hears_and_a_followers_does_not()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var seen = await cluster[1].Replica.ObserveMembersAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.Equal([3, 0, 0], seen.Select(observation => observation.Status!.Reaches.Length));
    }

    [Fact]
    public async Task The_voters_of_a_new_cluster_are_said_once_more_once_the_state_listens_to_them()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        Assert.Equal(1, cluster[0].Raft.Restated);
        Assert.All(cluster.Members, member => Assert.True(member.Replica.State.Membership.Voters.SetEquals(cluster.Voters)));
        cluster.Elect(1);
        await Eventually.IsTrueAsync(() => cluster[1].Replica.LeadingTerm is not null, "another leads");
        await cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        Assert.Equal(0, cluster[1].Raft.Restated);
    }

    private static IEnumerable<IMembershipControl> ControlsOf(HostedCluster cluster) => Enumerable.Range(0, 3).Select(index => cluster[index].Replica.Membership);

    /// <summary>Once more where another leads meanwhile, as a busy machine makes it.</summary>
    private static async Task OnLeaderAsync(HostedCluster cluster, Func<int, Task> change)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await change(await cluster.LeaderAsync());
                return;
            }
            catch (VoterChangeException e) when (e.Failure != VoterChangeFailure.Refused && attempt < 10)
            {
                // Whether it was made is seen by asking again.
            }
        }
    }

    private static MemberReach? ReachOf(IMembershipControl control, NodeId id) => control.Reaches.FirstOrDefault(reach => reach.Id == id);

    private static async Task<HostedMember> JoinAsync(HostedCluster cluster)
    {
        var options = cluster.JoinOptions(0);
        await Eventually.IsTrueAsync(() => cluster[0].Replica.State.Membership.Voters.Count == 3, "the voters are known", 60);
        Assert.IsNotType<Rejection>(await cluster[0].Replica.ProposeAsync(
            new AddMemberCommand(options.Id, options.Name, options.Zone, null, "the test wants it")));
        return await HostedMember.StartAsync(options);
    }
}
