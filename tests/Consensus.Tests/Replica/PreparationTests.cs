using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Tests.Replica;

public sealed class PreparationTests
{
    private readonly FakeTimeProvider _time = new();

    /// <summary>Whoever is elected next takes proposals of the others for the first time then, unless it was sent one before.</summary>
    [Fact]
    public async Task A_follower_greets_and_sends_voters_that_do_not_lead_a_message_without_commands_and_waits_for_the_answer()
    {
        await using var cluster = await FakeCluster.StartAsync(5);
        var peers = new RecordedGreetings(cut: cluster[2].Id);
        await Of(cluster[1], peers).PerformAsync(CancellationToken.None);
        Assert.Equal(1, cluster[1].Raft.Greetings);
        var expected = new[] { cluster[3].Id, cluster[4].Id };
        Assert.Equal(expected, peers.Forwarded.Select(sent => sent.To).Order());
        Assert.Equal(expected, peers.Answered.Order());
        Assert.All(peers.Forwarded, sent => Assert.Equal((0, 0, 0), (sent.Request.Term, sent.Request.Count, sent.Request.Items.Length)));
    }

    [Fact]
    public async Task A_follower_rehearses_by_itself_once_it_has_taken_part_for_a_while_and_a_leader_does_not()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        var follower = Of(cluster[1], new());
        var leader = Of(cluster[0], new());
        _time.Advance(Preparation.Settled - TimeSpan.FromSeconds(1));
        await follower.PerformAsync(CancellationToken.None);
        Assert.Equal(0, cluster[1].Raft.Rehearsals);
        _time.Advance(TimeSpan.FromSeconds(1));
        await follower.PerformAsync(CancellationToken.None);
        await leader.PerformAsync(CancellationToken.None);
        Assert.Equal((1, 0), (cluster[1].Raft.Rehearsals, cluster[0].Raft.Rehearsals));
    }

    [Fact]
    public async Task A_leader_hands_over_once_every_voter_and_it_itself_are_prepared()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster[2].Replica.TransferLeadershipAsync(cluster[1].Id, CancellationToken.None);
        Assert.Equal(cluster[1].Id, cluster.Look().Leader);
        Assert.All(cluster.Members, member => Assert.Equal(1, member.Raft.Rehearsals));
        await cluster[1].Replica.Membership.TransferLeadershipAsync(cluster[0].Id, CancellationToken.None);
        Assert.Equal(cluster[0].Id, cluster.Look().Leader);
        Assert.All(cluster.Members, member => Assert.Equal(2, member.Raft.Rehearsals));
    }

    /// <summary>Being unprepared costs time; not handing over could cost more.</summary>
    [Fact]
    public async Task Who_cannot_prepare_in_time_holds_a_hand_over_up_for_a_bounded_time_only()
    {
        await using var cluster = await FakeCluster.StartAsync(5);
        cluster[0].Raft.RehearsalFails = true;
        var peers = new RecordedGreetings(cut: cluster[1].Id, mute: cluster[2].Id);
        var all = Of(cluster[0], peers).PrepareAllAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => peers.Prepared.Count == 4, "all voters are asked");
        Assert.False(all.IsCompleted);
        _time.Advance(Preparation.Limit);
        await all.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("no room for it", await Of(cluster[0], new()).PrepareAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Nobody_is_asked_where_nothing_can_be_handed_over()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        var peers = new RecordedGreetings();
        await Of(cluster[1], peers).PrepareAllAsync(CancellationToken.None);
        await using var single = await FakeCluster.StartAsync(1);
        await Of(single[0], peers).PrepareAllAsync(CancellationToken.None);
        Assert.Empty(peers.Prepared);
        Assert.Equal((0, 0), (cluster[1].Raft.Rehearsals, single[0].Raft.Rehearsals));
    }

    private Preparation Of(FakeMember member, RecordedGreetings peers) => new(member.Options, member.Raft, peers, _time, NullLogger.Instance);
}
