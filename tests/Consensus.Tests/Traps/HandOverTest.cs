using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Raft;
using StateServer.Consensus.Tests.Replica;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>What keeps a hand-over short, and what it must not cost where it comes to nothing. No election timer runs out here.</summary>
public sealed class HandOverTest
{
    private const long Term = 4;

    [Fact]
    public async Task A_leader_appends_until_its_heir_has_what_there_was()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var options = StagedMember.Options(new(1)) with { ElectionTimeoutHigh = TimeSpan.FromSeconds(60) };
        var leader = await stage.ElectAsync(1);
        await leader.HearsAsync(stage[2]);
        stage.Part([1], [2]);
        var behind = leader.Append("behind");
        using var transfer = new LeadershipTransfer(leader.Id, leader.Cluster, leader.Log, options, TimeProvider.System);
        var states = new List<bool>();
        transfer.Changed += () => states.Add(transfer.InProgress);
        var handedOver = transfer.HandOverAsync(new(2), CancellationToken.None);
        Assert.False(transfer.InProgress);
        var meanwhile = leader.Append("meanwhile");
        await leader.AppliesAsync(meanwhile.Index);
        Assert.False(transfer.InProgress);
        stage.Heal();
        await handedOver;
        Assert.Equal([true, false], states);
        await stage[2].AppliesAsync(meanwhile.Index);
        Assert.True(stage[2].Cluster.IsLeader);
        Assert.Equal(["heard", "behind", "meanwhile"], stage[2].Applier.Commands);
        Assert.True(behind.Term < stage[2].Log.Term);
    }

    /// <summary>A new leader has heard from a majority alone.</summary>
    [Fact]
    public async Task An_heir_that_a_new_leader_has_not_heard_yet_is_waited_for()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        stage.Part([1], [2]);
        var leader = await stage.ElectAsync(1);
        var options = StagedMember.Options(new(1)) with { ElectionTimeoutHigh = TimeSpan.FromSeconds(60) };
        using var transfer = new LeadershipTransfer(leader.Id, leader.Cluster, leader.Log, options, TimeProvider.System);
        var handedOver = transfer.HandOverAsync(new(2), CancellationToken.None);
        Assert.Equal(0, leader.Cluster.LastContact(new(2)));
        Assert.False(handedOver.IsCompleted);
        stage.Heal();
        await handedOver;
        await TestCluster.EventuallyAsync(() => stage[2].Cluster.IsLeader, () => "it does not lead");
    }

    [Fact]
    public async Task Where_any_heir_will_do_the_next_one_is_asked_when_one_refuses()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        await leader.HearsAsync(stage[3]);
        await leader.HearsAsync(stage[2]);
        var options = StagedMember.Options(new(1)) with { ElectionTimeoutHigh = TimeSpan.FromSeconds(60) };
        using var transfer = new LeadershipTransfer(leader.Id, leader.Cluster, leader.Log, options, TimeProvider.System);
        stage[2].Cluster.Unfit = stage[3].Cluster.Unfit = "its state differs";
        await Assert.ThrowsAsync<TransferRefusedException>(() => transfer.HandOverAsync(default, CancellationToken.None));
        Assert.True(leader.Cluster.IsLeader);
        stage[3].Cluster.Unfit = null;
        await transfer.HandOverAsync(default, CancellationToken.None);
        await TestCluster.EventuallyAsync(() => stage[3].Cluster.IsLeader, () => "it does not lead");
    }

    [Fact]
    public async Task An_heir_whose_answer_is_lost_is_elected_all_the_same()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        await leader.HearsAsync(stage[2]);
        stage.LosesAnswers = true;
        var options = StagedMember.Options(new(1)) with { ElectionTimeoutHigh = TimeSpan.FromSeconds(60) };
        using var transfer = new LeadershipTransfer(leader.Id, leader.Cluster, leader.Log, options, TimeProvider.System);
        await transfer.HandOverAsync(new(2), CancellationToken.None);
        await TestCluster.EventuallyAsync(() => stage[2].Cluster.IsLeader, () => "it does not lead");
        Assert.False(leader.Cluster.IsLeader);
    }

    [Fact]
    public async Task An_heir_that_was_not_told_holds_no_entries_up_and_is_refused_once_it_is_not_elected()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        await leader.HearsAsync(stage[2]);
        stage.LosesQuestions = true;
        var options = StagedMember.Options(new(1)) with { ElectionTimeoutHigh = TimeSpan.FromSeconds(2) };
        using var transfer = new LeadershipTransfer(leader.Id, leader.Cluster, leader.Log, options, TimeProvider.System);
        long released = 0;
        transfer.Changed += () => released = transfer.InProgress ? 0 : Stopwatch.GetTimestamp();
        var handedOver = transfer.HandOverAsync(new(2), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<TransferRefusedException>(() => handedOver);
        Assert.Contains("the connection broke", refused.Message, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(released) >= options.ElectionTimeoutHigh, "it held entries up while it waited");
        Assert.True(leader.Cluster.IsLeader);
    }

    /// <summary>The library's first message of a term begins behind an entry that no follower has yet.</summary>
    [Fact]
    public async Task A_new_leaders_first_message_brings_the_terms_first_entry_and_is_not_rejected()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        for (ulong id = 1; id <= 3; id++)
        {
            var leader = await stage.ElectAsync(id);
            var index = leader.Append($"{id}").Index;
            await stage[1].AppliesAsync(index);
            await stage[2].AppliesAsync(index);
            await stage[3].AppliesAsync(index);
        }

        Assert.Equal(["1", "2", "3"], stage[1].Applier.Commands);
        Assert.Equal(0, stage.Rejections);
    }

    [Fact]
    public async Task A_member_whose_election_does_not_begin_says_so_and_follows_as_before()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], TimeSpan.FromMilliseconds(200));
        stage.Part([1, 3], [2]);
        var member = stage[2];
        member.Cluster.Unfit = "its state differs";
        var term = member.Log.Term;
        Assert.False(await member.Cluster.StandNowAsync());
        Assert.Equal(term, member.Log.Term);
        Assert.False(member.Cluster.IsCampaign(term + 1));
        Assert.True(ElectionTimer.Milliseconds(member.Cluster) >= 200);
    }

    [Fact]
    public async Task A_campaign_begins_once_no_message_of_the_leader_is_being_handled()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var time = new FakeTimeProvider();
        var campaign = new Campaign(stage[2].Cluster, StagedMember.Options(new(2)), time);
        await campaign.EnterAsync(Term, () => Term, CancellationToken.None);
        var begins = campaign.BeginAsync(Term + 1, CancellationToken.None).AsTask();
        Assert.False(begins.IsCompleted);

        // The next one is not handled before the election has begun; a later leader's is.
        var current = Term;
        var next = campaign.EnterAsync(Term, () => Volatile.Read(ref current), CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        await campaign.EnterAsync(Term + 2, () => Term, CancellationToken.None);
        campaign.Leave();
        campaign.Leave();
        await PassesAsync(time, () => begins.IsCompleted);
        Assert.True(await begins);
        Assert.False(next.IsCompleted);
        Assert.True(campaign.IsFor(Term + 1));
        Volatile.Write(ref current, Term + 1);
        await PassesAsync(time, () => next.IsCompleted);
        await next;
    }

    [Fact]
    public async Task A_campaign_that_can_not_begin_in_time_is_called_off()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var options = StagedMember.Options(new(2)) with { ElectionTimeoutLow = TimeSpan.FromSeconds(2), ElectionTimeoutHigh = TimeSpan.FromSeconds(4) };
        var time = new FakeTimeProvider();
        var campaign = new Campaign(stage[2].Cluster, options, time);
        await campaign.EnterAsync(Term, () => Term, CancellationToken.None);
        var begins = campaign.BeginAsync(Term + 1, CancellationToken.None).AsTask();
        var held = campaign.EnterAsync(Term, () => Term, CancellationToken.None).AsTask();
        Assert.False(held.IsCompleted);
        await PassesAsync(time, () => begins.IsCompleted && held.IsCompleted);
        Assert.False(await begins);
        await held;
        Assert.False(campaign.IsFor(Term + 1));
        Assert.InRange(ElectionTimer.Milliseconds(stage[2].Cluster), 2000, 4000);
    }

    private static Task PassesAsync(FakeTimeProvider time, Func<bool> condition) =>
        Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(10), condition, "it ends");
}
