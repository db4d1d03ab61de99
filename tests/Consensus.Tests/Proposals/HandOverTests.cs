using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Status;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Proposals;

/// <summary>What becomes of commands while a leader hands over. No time goes by: nothing here waits for a poll or a pause.</summary>
public sealed class HandOverTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_leader_that_hands_over_holds_its_own_commands_without_asking_for_an_append_again_and_again()
    {
        await using var cluster = await RegisteredAsync();
        var leader = cluster[0];
        var appends = leader.Raft.Appends;
        leader.Raft.IsHandingOver = true;
        var held = leader.Replica.ProposeAsync(Commands.Put("k"));
        var forwarded = cluster[1].Peers.ForwardMessages;
        var refused = cluster[1].Replica.ProposeAsync(Commands.Put("other"));
        await Eventually.IsTrueAsync(() => cluster[1].Peers.ForwardMessages > forwarded, "the leader was asked for another one");
        Assert.False(held.IsCompleted);
        Assert.Equal(appends, leader.Raft.Appends);
        leader.Raft.IsHandingOver = false;
        cluster.Elect(2);
        Assert.IsType<PutOutcome>(await held.WaitAsync(Deadline));
        Assert.IsType<PutOutcome>(await refused.WaitAsync(Deadline));
        Assert.Equal(appends, leader.Raft.Appends);
        Assert.Equal((1, 1), (leader.Replica.State.VersionOf("k"), cluster[1].Replica.State.VersionOf("other")));
    }

    [Fact]
    public async Task What_was_forwarded_to_a_leader_before_it_hands_over_is_given_back_at_once()
    {
        await using var cluster = await RegisteredAsync();
        var leader = cluster[0];
        cluster.HoldCommits = true;
        var first = leader.Replica.ProposeAsync(Commands.Put("first"));
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "the first is appended");
        var waiting = cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        await Eventually.IsTrueAsync(() => leader.Core.Queue.Standing == 1, "the second waits at the leader");
        var appends = leader.Raft.Appends;
        leader.Raft.IsHandingOver = true;
        cluster.HoldCommits = false;
        await first.WaitAsync(Deadline);
        await Eventually.IsTrueAsync(() => leader.Core.Queue.Standing == 0, "it is given back");
        Assert.Equal(appends, leader.Raft.Appends);
        Assert.False(waiting.IsCompleted);
        leader.Raft.IsHandingOver = false;
        cluster.Elect(2);
        Assert.IsType<PutOutcome>(await waiting.WaitAsync(Deadline));
        Assert.Equal(1, cluster[1].Replica.State.VersionOf("k"));
    }

    [Fact]
    public async Task A_leader_whose_hand_over_came_to_nothing_goes_on_at_once()
    {
        await using var cluster = await RegisteredAsync();
        var leader = cluster[0];
        leader.Raft.IsHandingOver = true;
        var held = leader.Replica.ProposeAsync(Commands.Put("k"));
        var forwarded = cluster[1].Peers.ForwardMessages;
        _ = cluster[1].Replica.ProposeAsync(Commands.Put("other"));
        await Eventually.IsTrueAsync(() => cluster[1].Peers.ForwardMessages > forwarded, "the leader was asked for another one");
        Assert.False(held.IsCompleted);
        leader.Raft.IsHandingOver = false;
        leader.Raft.RaiseChanged();
        Assert.IsType<PutOutcome>(await held.WaitAsync(Deadline));
        Assert.Equal(MemberRole.Leader, leader.Replica.Status.Role);
    }

    [Fact]
    public async Task A_new_leader_tells_of_the_commit_of_its_first_entry_before_the_next_heartbeat()
    {
        await using var cluster = await RegisteredAsync();
        var told = cluster[1].Raft.CommitsTold;
        cluster.Elect(1);
        await Eventually.IsTrueAsync(() => cluster[1].Raft.CommitsTold > told, "the followers are told");
    }

    /// <summary>Three members, nothing of whom is under way; the first leads.</summary>
    private static async Task<FakeCluster> RegisteredAsync()
    {
        var time = new FakeTimeProvider();
        var cluster = await FakeCluster.StartAsync(3, time: time);
        await Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(100), () => cluster.IsRegistered, "the members are registered");
        return cluster;
    }
}
