using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Commands;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Proposals;

public sealed class ProposalTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_write_through_any_member_is_visible_there_when_it_is_answered(int through)
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        for (var i = 1; i <= 20; i++)
        {
            Assert.IsType<PutOutcome>(await cluster[through].Replica.ProposeAsync(Commands.Put("k")));
            Assert.Equal(i, cluster[through].Replica.State.VersionOf("k"));
        }
    }

    [Fact]
    public async Task What_arrives_while_an_entry_is_in_flight_travels_in_one()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await Registered(cluster);
        cluster.HoldCommits = true;
        var first = cluster[0].Replica.ProposeAsync(Commands.Put("first"));
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "the first is appended");
        var entries = cluster.Entries;
        var rest = Enumerable.Range(0, 100).Select(i => cluster[0].Replica.ProposeAsync(Commands.Put($"k{i}"))).ToList();
        cluster.HoldCommits = false;
        await first;
        await Task.WhenAll(rest);
        Assert.Equal(entries + 1, cluster.Entries);
    }

    [Fact]
    public async Task A_batch_is_bounded_by_count_and_by_bytes_and_a_larger_command_travels_alone()
    {
        await using var cluster = await FakeCluster.StartAsync(
            1, configure: options => options with { MaxBatchCommands = 10, MaxBatchBytes = 1000 });
        await Registered(cluster);
        cluster.HoldCommits = true;
        var all = new List<Task<Outcome>> { cluster[0].Replica.ProposeAsync(Commands.Put("first")) };
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "the first is appended");
        var entries = cluster.Entries;
        for (var i = 0; i < 25; i++)
        {
            all.Add(cluster[0].Replica.ProposeAsync(Commands.Put($"k{i}")));
        }

        all.Add(cluster[0].Replica.ProposeAsync(Commands.Put("large", new string('x', 5000))));
        cluster.HoldCommits = false;
        await Task.WhenAll(all);
        Assert.Equal(entries + 4, cluster.Entries); // 10, 10, 5, the large one
    }

    [Fact]
    public async Task Past_the_queues_bytes_a_command_is_refused_and_nothing_of_it_is_kept()
    {
        await using var cluster = await FakeCluster.StartAsync(1, configure: options => options with { MaxQueueBytes = 10_000 });
        await Registered(cluster);
        var keys = cluster[0].Replica.State.Keyspace.KeyCount;
        cluster.HoldCommits = true;
        var accepted = new List<Task<Outcome>>();
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            var proposal = cluster[0].Replica.ProposeAsync(Commands.Put($"k{i}"));
            if (proposal.IsFaulted)
            {
                refused++;
                var e = await Assert.ThrowsAsync<ProposalRefusedException>(() => proposal);
                Assert.Equal(ProposalRefusal.QueueFull, e.Reason);
            }
            else
            {
                accepted.Add(proposal);
            }
        }

        Assert.True(refused > 50, $"{refused} refused");
        Assert.InRange(cluster[0].Core.Queue.Bytes, 1, 10_000);
        cluster.HoldCommits = false;
        await Task.WhenAll(accepted);
        Assert.Equal(keys + accepted.Count, cluster[0].Replica.State.Keyspace.KeyCount);
        await Eventually.IsTrueAsync(() => cluster[0].Core.Queue.Bytes == 0, "the queue's charge is given back");
    }

    [Fact]
    public async Task A_command_over_the_limit_is_refused()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        var e = await Assert.ThrowsAsync<ProposalRefusedException>(
            () => cluster[0].Replica.ProposeAsync(Commands.Put("k", new string('x', 1536 * 1024))));
        Assert.Equal(ProposalRefusal.TooLarge, e.Reason);
    }

    [Fact]
    public async Task Without_a_leader_a_command_waits_for_one()
    {
        await using var cluster = await FakeCluster.StartAsync(3, leader: null);
        var waiting = cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        Assert.False(waiting.IsCompleted);
        cluster.Elect(2);
        Assert.IsType<PutOutcome>(await waiting);
    }

    [Fact]
    public async Task Without_a_leader_in_time_it_was_certainly_not_executed()
    {
        await using var cluster = await FakeCluster.StartAsync(3, leader: null, TestOptions.ShortAt(1));
        var e = await Assert.ThrowsAsync<ProposalRefusedException>(() => cluster[1].Replica.ProposeAsync(Commands.Put("k")));
        Assert.Equal(ProposalRefusal.NoLeader, e.Reason);
        cluster.Elect(0);
        await cluster[0].Replica.ProposeAsync(Commands.Put("other"));
        Assert.Equal(0, cluster[0].Replica.State.VersionOf("k"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_entry_that_is_not_committed_in_time_has_an_unknown_outcome(int through)
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await Registered(cluster, time);
        cluster.HoldCommits = true;
        var proposal = cluster[through].Replica.ProposeAsync(Commands.Put("k"));
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "it is appended");
        await EndedAsync(time, proposal);
        var e = await Assert.ThrowsAsync<OutcomeUnknownException>(() => proposal);
        Assert.Equal(UnknownReason.TimedOut, e.Reason);
        cluster.HoldCommits = false;
        await Eventually.IsTrueAsync(() => cluster[through].Replica.State.VersionOf("k") == 1, "it was executed after all");
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    public async Task Over_a_change_of_leader_each_command_is_executed_exactly_once(int through, bool loseTail)
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await Registered(cluster);
        for (var round = 0; round < 10; round++)
        {
            var leader = round % 3;
            cluster.Elect(leader);
            await Eventually.IsTrueAsync(() => cluster[through].Replica.Status.Leader == cluster[leader].Id, "the leader is known");
            cluster.HoldCommits = true;
            var proposals = Enumerable.Range(0, 10).Select(i => cluster[through].Replica.ProposeAsync(Commands.Put($"{round}-{i}"))).ToList();
            await Eventually.IsTrueAsync(() => cluster.UncommittedEntries > 0, "something is appended");
            cluster.Elect((leader + 1) % 3, loseTail);
            await Task.WhenAll(proposals);
            Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(1, cluster[through].Replica.State.VersionOf($"{round}-{i}")));
        }
    }

    [Fact]
    public async Task A_broken_connection_is_no_loss_where_the_entry_arrives_all_the_same()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await Registered(cluster);
        cluster.HoldCommits = true;
        var proposal = cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "it is appended");
        cluster[1].Peers.Cut();
        cluster.HoldCommits = false;
        Assert.IsType<PutOutcome>(await proposal);
    }

    [Fact]
    public async Task What_went_into_a_broken_connection_and_is_not_seen_is_unknown_and_not_sent_again()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await Registered(cluster, time);
        var sent = cluster[1].Peers.ForwardMessages;
        cluster[1].Peers.SwallowForwards = true;
        var proposal = cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        await Eventually.IsTrueAsync(() => cluster[1].Peers.ForwardMessages > sent, "it was sent");
        cluster[1].Peers.Cut();
        cluster[1].Peers.SwallowForwards = false;
        await EndedAsync(time, proposal);
        var e = await Assert.ThrowsAsync<OutcomeUnknownException>(() => proposal);
        Assert.Equal(UnknownReason.ConnectionLost, e.Reason);
        await cluster[0].Replica.ProposeAsync(Commands.Put("other"));
        Assert.Equal(0, cluster[0].Replica.State.VersionOf("k"));
    }

    [Fact]
    public async Task A_leader_that_can_not_be_reached_gets_nothing_and_the_command_waits_until_it_can()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        cluster[1].Peers.Unreachable = true;
        cluster[1].Peers.Cut();
        var proposal = cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        Assert.False(proposal.IsCompleted);
        cluster[1].Peers.Unreachable = false;
        await proposal;
        Assert.Equal(1, cluster[1].Replica.State.VersionOf("k"));
    }

    [Fact]
    public async Task A_leader_that_accepts_a_connection_and_never_answers_does_not_keep_its_successor_waiting()
    {
        await using var cluster = await FakeCluster.StartAsync(
            3, leader: null, options => options with { ElectionTimeoutLow = TimeSpan.FromMinutes(1), RequestTimeout = TimeSpan.FromSeconds(20) });
        cluster[1].Peers.Mute = cluster[0].Id;
        cluster.Elect(0);
        var proposal = cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        await cluster[2].Replica.ProposeAsync(Commands.Put("another"));
        Assert.False(proposal.IsCompleted);
        cluster.Elect(2);
        await proposal;
    }

    [Fact]
    public async Task A_caller_that_gives_up_learns_whether_the_command_had_left()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var queued = new CancellationTokenSource();
        var waiting = cluster[0].Replica.ProposeAsync(Commands.Put("k"), null, queued.Token).AsTask();
        await queued.CancelAsync();
        await Assert.ThrowsAsync<ProposalRefusedException>(() => waiting);

        cluster.Elect(0);
        await Registered(cluster);
        cluster.HoldCommits = true;
        using var sent = new CancellationTokenSource();
        var appended = cluster[0].Replica.ProposeAsync(Commands.Put("k"), null, sent.Token).AsTask();
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "it is appended");
        await sent.CancelAsync();
        var e = await Assert.ThrowsAsync<OutcomeUnknownException>(() => appended);
        Assert.Equal(UnknownReason.Cancelled, e.Reason);
    }

    [Fact]
    public async Task A_retry_under_the_same_request_id_gets_the_first_outcome()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await Registered(cluster, time);
        var session = Assert.IsType<SessionOpenedOutcome>(await cluster[2].Replica.ProposeAsync(new OpenSessionCommand())).Session;
        cluster.HoldCommits = true;
        var first = cluster[0].Replica.ProposeAsync(Commands.Put("k"), new(session, 1, 1), CancellationToken.None).AsTask();
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "it is appended");
        await EndedAsync(time, first);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => first);
        cluster.Elect(1);
        var second = cluster[2].Replica.ProposeAsync(Commands.Put("k"), new(session, 1, 1), CancellationToken.None).AsTask();
        await EndedAsync(time, second);
        Assert.IsType<PutOutcome>(await second);
        Assert.Equal(1, cluster[2].Replica.State.VersionOf("k"));
    }

    [Fact]
    public async Task A_stopping_member_refuses_what_is_new_and_answers_what_was_sent()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await Registered(cluster);
        cluster.HoldCommits = true;
        var sent = cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        await Eventually.IsTrueAsync(() => cluster.UncommittedEntries == 1, "it is appended");
        var stopping = cluster[0].Replica.StopAsync(CancellationToken.None);
        var e = await Assert.ThrowsAsync<ProposalRefusedException>(() => cluster[0].Replica.ProposeAsync(Commands.Put("late")));
        Assert.Equal(ProposalRefusal.Stopping, e.Reason);
        cluster.HoldCommits = false;
        Assert.IsType<PutOutcome>(await sent);
        await stopping;
    }

    private static Task Registered(FakeCluster cluster) => cluster.RegisteredAsync();

    private static Task Registered(FakeCluster cluster, FakeTimeProvider time) =>
        Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(100), () => cluster.IsRegistered, "the members are registered");

    /// <summary>Lets time go by until a proposal is answered, or its own time is over.</summary>
    private static Task EndedAsync(FakeTimeProvider time, Task proposal) =>
        Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(100), () => proposal.IsCompleted, "the proposal is answered");
}
