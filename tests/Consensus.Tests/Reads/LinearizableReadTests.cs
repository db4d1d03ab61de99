using StateServer.Consensus.Reads;
using StateServer.Consensus.Tests.Replica;

namespace StateServer.Consensus.Tests.Reads;

public sealed class LinearizableReadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_read_sees_what_was_acknowledged_anywhere_before_it(int through)
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        for (var i = 1; i <= 50; i++)
        {
            await cluster[i % 3].Replica.ProposeAsync(Commands.Put("k"));
            var state = await cluster[through].Replica.ReadLinearizableAsync(CancellationToken.None);
            Assert.Equal(i, state.VersionOf("k"));
        }
    }

    [Fact]
    public async Task Reads_that_wait_share_one_quorum_round_begun_after_they_came()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var gate = new TaskCompletionSource();
        cluster[0].Raft.RoundGate = gate;
        var (_, before) = cluster[0].Replica.ReadRounds;
        var first = cluster[0].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask();
        var rest = Enumerable.Range(0, 500).Select(_ => cluster[0].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask()).ToList();
        Assert.Equal(before + 1, cluster[0].Replica.ReadRounds.QuorumRounds);
        cluster[0].Raft.RoundGate = null;
        gate.SetResult();
        await Task.WhenAll([first, .. rest]);
        Assert.Equal(before + 2, cluster[0].Replica.ReadRounds.QuorumRounds); // the first's, and the others', which came after it began
    }

    [Fact]
    public async Task A_followers_reads_share_one_request_to_the_leader()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var gate = new TaskCompletionSource();
        cluster[0].Raft.RoundGate = gate;
        var reads = Enumerable.Range(0, 300).Select(_ => cluster[1].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask()).ToList();
        await Eventually.IsTrueAsync(() => cluster[1].Peers.ReadIndexRequests == 1, "the leader is asked");
        cluster[0].Raft.RoundGate = null;
        gate.SetResult();
        await Task.WhenAll(reads);
        Assert.Equal(2, cluster[1].Peers.ReadIndexRequests);
    }

    [Fact]
    public async Task A_lagging_follower_answers_only_when_it_has_caught_up_and_asks_on_meanwhile()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        cluster[1].Raft.Paused = true;
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        var first = cluster[1].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask();
        await Eventually.IsTrueAsync(() => cluster[1].Peers.ReadIndexRequests == 1, "the leader is asked");
        var second = cluster[1].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask();
        await Eventually.IsTrueAsync(() => cluster[1].Peers.ReadIndexRequests == 2, "the leader is asked again");
        Assert.False(first.IsCompleted);
        cluster[1].Raft.Paused = false;
        Assert.Equal(1, (await first).VersionOf("k"));
        Assert.Equal(1, (await second).VersionOf("k"));
    }

    [Fact]
    public async Task A_leader_that_slept_through_its_replacement_serves_no_stale_read()
    {
        await using var cluster = await FakeCluster.StartAsync(3, configure: TestOptions.ShortAt(0));
        await cluster.RegisteredAsync();
        cluster[0].Raft.Paused = true;
        cluster[0].Raft.BelievesToLead = true;
        cluster.Elect(1);
        await cluster[1].Replica.ProposeAsync(Commands.Put("k"));
        var e = await Assert.ThrowsAsync<ReadRefusedException>(
            () => cluster[0].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask());
        Assert.Equal(ReadRefusal.TimedOut, e.Refusal);

        cluster[0].Raft.BelievesToLead = false;
        cluster[0].Raft.Paused = false;
        await Eventually.IsTrueAsync(() => cluster[0].Replica.State.VersionOf("k") == 1, "it has caught up");
    }

    [Fact]
    public async Task Without_a_leader_a_read_waits_for_one_and_then_gives_up()
    {
        await using var cluster = await FakeCluster.StartAsync(3, configure: TestOptions.ShortAt(1));
        cluster.LoseLeader();
        var e = await Assert.ThrowsAsync<ReadRefusedException>(
            () => cluster[1].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask());
        Assert.Equal(ReadRefusal.NoLeader, e.Refusal);

        var waiting = cluster[0].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        cluster.Elect(2);
        await waiting;
    }

    [Fact]
    public async Task A_read_survives_a_change_of_leader()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var gate = new TaskCompletionSource();
        cluster[0].Raft.RoundGate = gate;
        var read = cluster[2].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask();
        await Eventually.IsTrueAsync(() => cluster[2].Peers.ReadIndexRequests == 1, "the old leader is asked");
        cluster.Elect(1);
        gate.SetException(new Consensus.Raft.NotLeadingException("no longer"));
        await read;
    }

    [Fact]
    public async Task Too_many_waiting_reads_are_refused()
    {
        var round = new TaskCompletionSource();
        var rounds = new SharedRounds<int>(
            async shared =>
            {
                await round.Task;
                shared.Complete(shared.Sharers);
            },
            mostWaiting: 10,
            TimeProvider.System);
        Assert.NotNull(rounds.Join());
        var joined = Enumerable.Range(0, 11).Select(_ => rounds.Join()).ToList();
        Assert.All(joined[..10], Assert.NotNull);
        Assert.Null(joined[10]);
        round.SetResult();
        Assert.Equal(10, await joined[0]!);
    }
}
