using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Raft;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>Schedules of learners: what they are sent, and what never comes of what they say.</summary>
public sealed class LearnerScheduleTest
{
    [Fact]
    public async Task Learners_count_in_no_commit_and_in_no_round()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4, 5);
        stage.Enrol(1, 2, 3, 4, 5);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 4);
        await Stage.TaughtAsync(leader, 5);
        await stage[2].HasAsync(leader.Log.LastIndex);
        stage.Part([1], [2, 3]);
        var x = leader.Append("x");
        var round = leader.Log.WaitForRound(out _);

        // Both learners have it, or the leader has seen that it leads no more; neither makes it committed, or its word good.
        await TestCluster.EventuallyAsync(
            () => !leader.Cluster.IsLeader || (stage[4].Log.LastIndex >= x.Index && stage[5].Log.LastIndex >= x.Index), () => "nothing happens");
        Assert.True(leader.Log.CommitIndex < x.Index);
        Assert.False(round.IsCompletedSuccessfully && await round);
        stage.Heal();
        leader = await stage.ElectAsync(2);
        var b = leader.Append("b");
        await stage[4].AppliesAsync(b.Index);
        await stage[5].AppliesAsync(b.Index);
        Assert.Equal(leader.Applier.Commands, stage[4].Applier.Commands);
    }

    [Fact]
    public async Task A_pusher_dies_with_its_leader_and_the_next_leader_begins_its_own()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        stage.Enrol(1, 2, 3, 4);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 4);
        Assert.Null(stage[2].Learners.Of(new(4)));
        await stage[2].HasAsync(leader.Log.LastIndex);
        var next = await stage.ElectAsync(2);
        await TestCluster.EventuallyAsync(() => stage[1].Learners.Of(new(4)) is null, () => "the old pusher lives on");
        await stage[4].AppliesAsync(next.Append("b").Index);
        Assert.Equal(next.Log.Term, next.Learners.Of(new(4))!.Term);
        Assert.Equal(["a", "b"], stage[4].Applier.Commands);
    }

    /// <summary>The leader makes 4 a voter and dies: only 4 may have the entry. The next leader knows it as a learner.</summary>
    [Fact]
    public async Task A_promotion_that_died_with_its_leader_is_undone_and_can_be_made_again()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        stage.Enrol(1, 2, 3, 4);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 4);
        await stage[2].HasAsync(leader.Log.LastIndex);
        using var stop = new CancellationTokenSource();
        var lost = leader.Cluster.ChangeAsync(
            voters =>
            {
                stage.Part([1, 4], [2, 3]);
                return voters.With(Stage.Named(4));
            },
            stop.Token);
        var position = await lost;
        Assert.Contains(new(4), leader.Log.Configuration.Voters);
        await TestCluster.HappensAsync(() => stage[4].Log.LastIndex >= position.Index, TimeSpan.FromSeconds(2));

        var next = await stage.ElectAsync(2);
        await next.AppliesAsync(next.Append("b").Index);
        Assert.True(leader.Log.CommitIndex < position.Index);
        stage.Heal();
        await Stage.TaughtAsync(next, 4);
        await stage[1].AppliesAsync(next.Log.LastIndex);
        Assert.All((ulong[])[1, 4], id => Assert.Equal(Stage.Configuration(1, 2, 3).Voters, stage[id].Log.Configuration.Voters));
        await next.Changes.PromoteAsync(new(4), CancellationToken.None);
        await stage[4].AppliesAsync(next.Append("c").Index);
        Assert.Equal(["a", "b", "c"], stage[4].Applier.Commands);
        Assert.All((ulong[])[2, 4], id => Assert.Equal(Stage.Configuration(1, 2, 3, 4).Voters, stage[id].Log.Configuration.Voters));
        await TestCluster.EventuallyAsync(() => next.Learners.Of(new(4)) is null, () => "a voter is taught");

        // It votes, and leads.
        var heir = await stage.ElectAsync(4);
        await stage[3].AppliesAsync(heir.Append("d").Index);
    }

    [Fact]
    public async Task A_learner_ahead_of_the_new_leader_gives_up_what_parts_from_it()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        stage.Enrol(1, 2, 3, 4);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 4);
        await stage[2].HasAsync(leader.Log.LastIndex);
        stage.Part([1, 2, 3], [4]);
        await stage[4].StopAsync();

        // As a leader that was cut off would have sent them, and nobody else got.
        var end = leader.Log.LastIndex;
        stage[4].GainTail(end + 1, leader.Log.Term, 5);
        await stage[4].StartAsync();
        stage.Enrol(1, 2, 3, 4);
        Assert.Equal(end + 5, stage[4].Log.LastIndex);
        var next = await stage.ElectAsync(2);
        stage.Heal();
        var b = next.Append("b");
        await stage[4].AppliesAsync(b.Index);
        Assert.Equal(["a", "b"], stage[4].Applier.Commands);
        Assert.Equal(next.Log.LastIndex, stage[4].Log.LastIndex);
    }

    [Fact]
    public async Task A_learner_that_lost_the_end_of_its_log_is_taught_it_again_and_is_not_caught_up_before()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        stage.Enrol(1, 2, 3, 4);
        var leader = await stage.ElectAsync(1);
        EntryPosition last = default;
        for (var i = 0; i < 10; i++)
        {
            last = leader.Append($"{i}");
        }

        await leader.AppliesAsync(last.Index);
        await stage[4].AppliesAsync(last.Index);
        await stage[4].StopAsync();
        stage[4].LoseTail(last.Index - 4);
        await stage[4].StartAsync();
        stage.Enrol(1, 2, 3, 4);
        await stage[4].AppliesAsync(last.Index);
        await Stage.TaughtAsync(leader, 4);
        Assert.Equal(leader.Applier.Commands, stage[4].Applier.Commands);
    }

    /// <summary>The only voter gave 2 a vote, and restarted before 2 got the entry: it can be elected by 2 alone, who takes itself for a learner.</summary>
    [Fact]
    public async Task A_member_that_was_given_a_vote_and_does_not_know_it_yet_votes()
    {
        await using var stage = await Stage.SetAsync([1], 2);
        stage.Enrol(1, 2);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 2);
        var change = await leader.Cluster.ChangeAsync(
            voters =>
            {
                stage.Part([1], [2]);
                return voters.With(Stage.Named(2));
            },
            CancellationToken.None);
        Assert.Equal(Stage.Configuration(1).Voters, stage[2].Log.Configuration.Voters);
        await stage[1].RestartAsync();
        Assert.False(stage[1].Cluster.IsLeader);
        Assert.True(stage[1].Log.LastIndex >= change.Index);
        stage.Heal();
        leader = await stage.ElectAsync(1);
        await stage[2].AppliesAsync(leader.Append("b").Index);
        Assert.Equal(Stage.Configuration(1, 2).Voters, stage[2].Log.Configuration.Voters);
        Assert.Equal(["a", "b"], stage[2].Applier.Commands);
    }

    [Fact]
    public async Task No_more_learners_are_taught_at_once_than_the_limit()
    {
        await using var stage = await Stage.SetAsync([1], 2);
        var leader = await stage.ElectAsync(1);
        stage.Enrol([1, 2, .. Enumerable.Range(100, LearnerPushers.Most + 2).Select(id => (ulong)id)]);
        await TestCluster.EventuallyAsync(() => leader.Learners.Progress.Count == LearnerPushers.Most, () => $"{leader.Learners.Progress.Count} are taught");
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 2);
        Assert.Equal(LearnerPushers.Most, leader.Learners.Progress.Count);
        Assert.Contains(leader.Learners.Progress.Values, progress => progress.Problem is not null);
    }

    [Fact]
    public async Task A_member_without_a_vote_never_stands_however_long_it_hears_nothing()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        stage.Enrol(1, 2, 3, 4);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        await Stage.TaughtAsync(leader, 4);
        var term = leader.Log.Term;
        Assert.False(await stage[4].Cluster.StandNowAsync());
        Assert.Equal((term, false), (stage[4].Log.Term, stage[4].Cluster.IsLeader));
        Assert.True(leader.Cluster.IsLeader);
    }
}
