using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Leases;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Leases;

/// <summary>Leases over three replicas whose Raft, and where it matters whose clock, is imagined.</summary>
public sealed class LeaseTimesTests
{
    private static readonly LeaseId Five = new(5);
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Every_member_renews_and_tells_what_is_left(int member)
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await GrantAsync(cluster, 5, 60);
        var leases = cluster[member].Replica.Leases;
        var renewed = await leases.RenewAsync(Five, None);
        Assert.Equal(60, renewed!.Value.GrantedSeconds);
        var left = await leases.FindAsync(Five, None);
        Assert.InRange(left!.Value.Remaining.TotalSeconds, 50, 60);
        Assert.True(left.Value.Index > 0);
        Assert.Null(await leases.RenewAsync(new(6), None));
        Assert.Null(await leases.FindAsync(new(6), None));
        Assert.Equal(2, leases.ShortestSeconds);
    }

    [Fact]
    public async Task A_renewal_waits_for_a_quorum_round_that_began_after_it()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await GrantAsync(cluster, 5, 60);

        // The term's table is laid out by whoever comes first, and who comes meanwhile asks again, in a round of its own.
        Assert.NotNull(await cluster[0].Replica.Leases.RenewAsync(Five, None));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster[0].Raft.RoundGate = gate;
        var rounds = cluster[0].Raft.Rounds;
        var renewals = Enumerable.Range(0, 100).Select(_ => cluster[0].Replica.Leases.RenewAsync(Five, None).AsTask()).ToList();
        await Eventually.IsTrueAsync(() => cluster[0].Raft.Rounds > rounds, "a round began");
        Assert.DoesNotContain(renewals, renewal => renewal.IsCompleted);
        cluster[0].Raft.RoundGate = null;
        gate.SetResult();
        Assert.All(await Task.WhenAll(renewals), renewed => Assert.Equal(60, renewed!.Value.GrantedSeconds));
        Assert.InRange(cluster[0].Raft.Rounds - rounds, 1, 3);
    }

    [Fact]
    public async Task Questions_of_a_follower_travel_together_and_too_many_are_refused()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await GrantAsync(cluster, 5, 60);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster[0].Raft.RoundGate = gate;
        var relay = new LeaseRelay(
            new LeadershipWatch(cluster[1].Raft), cluster[1].Peers, TimeProvider.System, TimeSpan.FromSeconds(30), mostWaiting: 5_000);
        var first = relay.AskAsync(new(Five, true));
        await Eventually.IsTrueAsync(() => !cluster[1].Peers.LeaseMessages.IsEmpty, "the first message left");
        var rest = Enumerable.Range(0, 5_000).Select(_ => relay.AskAsync(new(Five, true))).ToList();
        Assert.Equal(ReadRefusal.QueueFull, (await Assert.ThrowsAsync<ReadRefusedException>(() => relay.AskAsync(new(Five, true)))).Refusal);
        cluster[0].Raft.RoundGate = null;
        gate.SetResult();
        Assert.All(await Task.WhenAll([first, .. rest]), answer => Assert.Equal(LeaseVerdict.Alive, answer.Verdict));
        Assert.Equal([1, 904, 4_096], cluster[1].Peers.LeaseMessages.Order());
        var tooMany = new Protos.Replica.LeasesRequest();
        tooMany.Questions.AddRange(Enumerable.Repeat(new Protos.Replica.LeaseQuestion(), LeaseRelay.MostInMessage + 1));
        Assert.False((await cluster[0].Replica.Desk.AskLeasesAsync(tooMany, None)).Leads);
    }

    [Fact]
    public async Task A_sleeping_leader_renews_nothing_when_it_wakes_and_a_follower_finds_the_new_one()
    {
        await using var cluster = await FakeCluster.StartAsync(3, configure: TestOptions.ShortAt(0));
        await GrantAsync(cluster, 5, 60);
        cluster[0].Raft.BelievesToLead = true;
        cluster[0].Raft.Paused = true;
        cluster.Elect(1);
        await Assert.ThrowsAsync<ReadRefusedException>(() => cluster[0].Replica.Leases.RenewAsync(Five, None).AsTask());
        Assert.NotNull(await cluster[2].Replica.Leases.RenewAsync(Five, None));
    }

    [Fact]
    public async Task A_leader_that_stopped_answering_is_left_as_soon_as_there_is_another()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await GrantAsync(cluster, 5, 60);
        cluster[2].Peers.Mute = cluster[0].Id;
        var renewal = cluster[2].Replica.Leases.RenewAsync(Five, None).AsTask();
        await Eventually.IsTrueAsync(() => !cluster[2].Peers.LeaseMessages.IsEmpty, "the question left");
        cluster.Elect(1);
        Assert.NotNull(await renewal.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task What_a_lease_has_left_is_told_by_a_member_that_has_applied_as_much_or_refused_in_time()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await PassUntilAsync(time, () => cluster.IsRegistered, "the members are registered");
        await GrantAsync(cluster, 5, 60);
        await Eventually.IsTrueAsync(() => cluster[1].Replica.State.Keyspace.LeaseCount == 1, "the follower knows the lease");
        cluster[1].Raft.Paused = true;
        await PutAsync(cluster, "a", 5);
        var late = cluster[1].Replica.Leases.FindAsync(Five, None).AsTask();
        await Eventually.IsTrueAsync(() => cluster[1].Core.Applier.Waiters.Count > 0, "the leader's answer waits for what it told of");
        time.Advance(cluster[1].Options.RequestTimeout);
        var refused = await Assert.ThrowsAsync<ReadRefusedException>(() => late);
        Assert.Equal(ReadRefusal.TimedOut, refused.Refusal);
        Assert.EndsWith("this member is behind the leader", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(await cluster[1].Replica.Leases.RenewAsync(Five, None));
        cluster[1].Raft.Paused = false;
        var told = await cluster[1].Replica.Leases.FindAsync(Five, None);
        Assert.InRange(cluster[1].Replica.State.AppliedIndex, told!.Value.Index, long.MaxValue);
    }

    [Fact]
    public async Task Without_a_leader_the_question_is_refused_in_time()
    {
        await using var cluster = await FakeCluster.StartAsync(3, leader: null, TestOptions.ShortAt(0));
        var refused = await Assert.ThrowsAsync<ReadRefusedException>(() => cluster[0].Replica.Leases.RenewAsync(Five, None).AsTask());
        Assert.Equal(ReadRefusal.NoLeader, refused.Refusal);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster[1].Replica.Leases.RenewAsync(Five, gone.Token).AsTask());
    }

    [Fact]
    public async Task Leases_expire_by_the_leaders_clock_everywhere_at_one_revision()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await PassUntilAsync(time, () => cluster.IsRegistered, "the members are registered");
        await GrantAsync(cluster, 5, 10);
        await GrantAsync(cluster, 6, 1_000_000);
        await PutAsync(cluster, "a", 5);
        await PutAsync(cluster, "b", 5);
        await PutAsync(cluster, "kept", 6);
        var (revision, keys) = (cluster[0].Replica.State.Keyspace.Revision.Value, cluster[0].Replica.State.Keyspace.KeyCount);
        await PassUntilAsync(time, () => cluster.Members.TrueForAll(member => member.Replica.State.Keyspace.LeaseCount == 1), "lease 5 expired");
        Assert.All(cluster.Members, member => Assert.Equal(
            (revision + 1, keys - 2), (member.Replica.State.Keyspace.Revision.Value, member.Replica.State.Keyspace.KeyCount)));
    }

    [Fact]
    public async Task A_new_leader_gives_the_full_time_and_what_the_old_one_proposed_counts_for_nothing()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await PassUntilAsync(time, () => cluster.IsRegistered, "the members are registered");
        await GrantAsync(cluster, 5, 100);
        cluster.HoldCommits = true;
        await PassUntilAsync(time, () => cluster.UncommittedEntries > 0, "the first leader proposed the expiry");
        cluster.Elect(1); // the old leader's entry is kept: it is committed in its own term, and counts
        await PassUntilAsync(time, () => cluster[1].Replica.State.Keyspace.LeaseCount == 0, "an expiry of its own term counts");

        await GrantAsync(cluster, 5, 100, by: 1);
        time.Advance(TimeSpan.FromSeconds(60));
        cluster.Elect(2);
        Assert.NotNull(await FoundAsync(time, cluster[2]));
        time.Advance(TimeSpan.FromSeconds(60));
        var outcome = await cluster[2].Replica.ProposeAsync(new ExpireLeaseCommand(Five, 2));
        Assert.Equal(RejectionReason.OutdatedTerm, Assert.IsType<Rejection>(outcome).Reason);
        Assert.InRange((await FoundAsync(time, cluster[2]))!.Value.Remaining.TotalSeconds, 30, 41);
        await PassUntilAsync(time, () => cluster[0].Replica.State.Keyspace.LeaseCount == 0, "it expires in the end");
    }

    [Fact]
    public void An_answer_that_says_nothing_known_is_no_end_of_a_lease()
    {
        var reply = new Protos.Replica.LeasesReply { Leads = true };
        reply.Answers.Add(new Protos.Replica.LeaseAnswer());
        reply.Answers.Add(new Protos.Replica.LeaseAnswer { Verdict = (Protos.Replica.LeaseAnswer.Types.Verdict)77 });
        Assert.All(LeaseWire.ToAnswers(reply), answer => Assert.Equal(LeaseVerdict.Ending, answer.Verdict));
        LeaseAnswer[] answers =
        [
            new(LeaseVerdict.NotFound, default),
            new(LeaseVerdict.Ending, default),
            new(LeaseVerdict.Alive, new(60, TimeSpan.FromMilliseconds(59_999), 7)),
        ];
        Assert.Equal(answers, LeaseWire.ToAnswers(LeaseWire.ToReply(answers)));
    }

    [Fact]
    public async Task A_keep_alive_that_comes_too_late_waits_for_the_end_and_only_then_is_told_of_it()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await PassUntilAsync(time, () => cluster.IsRegistered, "the members are registered");
        await GrantAsync(cluster, 5, 3);
        cluster.HoldCommits = true;
        await PassUntilAsync(time, () => cluster.UncommittedEntries > 0, "the expiry is proposed");
        List<Task<LeaseTime?>> renewals =
            [.. new[] { 0, 1 }.Select(member => cluster[member].Replica.Leases.RenewAsync(Five, None).AsTask())];
        var rounds = cluster[0].Raft.Rounds;
        await Eventually.PassesAsync(
            time, TimeSpan.FromMilliseconds(20), () => cluster[0].Raft.Rounds > rounds + 4, "it is asked again and again");
        Assert.DoesNotContain(renewals, renewal => renewal.IsCompleted);
        cluster.HoldCommits = false;
        await PassUntilAsync(time, () => renewals.TrueForAll(renewal => renewal.IsCompleted), "the end is told");
        Assert.All(await Task.WhenAll(renewals), Assert.Null);
    }

    [Fact]
    public async Task An_end_that_never_came_about_is_not_told_and_the_next_leader_renews()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await FakeCluster.StartAsync(3, time: time);
        await PassUntilAsync(time, () => cluster.IsRegistered, "the members are registered");
        await GrantAsync(cluster, 5, 3);
        cluster.HoldCommits = true;
        await PassUntilAsync(time, () => cluster.UncommittedEntries > 0, "the expiry is proposed");
        var renewal = cluster[2].Replica.Leases.RenewAsync(Five, None).AsTask();
        cluster.Elect(1, loseTail: true);
        await Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(10), () => renewal.IsCompleted, "the new leader decides");
        Assert.Equal(3, (await renewal)!.Value.GrantedSeconds);
    }

    [Fact]
    public async Task A_command_bound_to_a_term_is_never_forwarded()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        await GrantAsync(cluster, 5, 60);
        var follower = cluster[1].Replica;
        var term = cluster.Look().Term;
        var forwarded = cluster[1].Peers.ForwardMessages;
        var refused = await Assert.ThrowsAsync<ProposalRefusedException>(
            () => follower.ProposeInTermAsync(new ExpireLeaseCommand(Five, term), term, None).AsTask());
        Assert.Equal(ProposalRefusal.NoLeader, refused.Reason);
        Assert.Equal(forwarded, cluster[1].Peers.ForwardMessages);

        var leader = cluster[0].Replica;
        await Assert.ThrowsAsync<ProposalRefusedException>(
            () => leader.ProposeInTermAsync(new ExpireLeaseCommand(Five, term + 1), term + 1, None).AsTask());
        Assert.Equal(1, cluster[0].Replica.State.Keyspace.LeaseCount);
        Assert.Equal(0, cluster[0].Core.Queue.Bytes);
    }

    private static async Task GrantAsync(FakeCluster cluster, long lease, long seconds, int by = 0) =>
        Assert.IsType<DoneOutcome>(await cluster[by].Replica.ProposeAsync(new GrantLeaseCommand(new(lease), seconds)));

    private static async Task PutAsync(FakeCluster cluster, string key, long lease) =>
        Assert.IsType<PutOutcome>(await cluster[0].Replica.ProposeAsync(
            new KeyspaceCommand(new PutOperation(new(System.Text.Encoding.UTF8.GetBytes(key)), default, new(lease)))));

    /// <summary>Asks while time goes by slowly: who asks while the term's table is being laid out asks again after a pause.</summary>
    private static async Task<LeaseTime?> FoundAsync(FakeTimeProvider time, FakeMember member)
    {
        var found = member.Replica.Leases.FindAsync(Five, None).AsTask();
        await Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(1), () => found.IsCompleted, "the leader tells");
        return await found;
    }

    private static Task PassUntilAsync(FakeTimeProvider time, Func<bool> condition, string what) =>
        Eventually.PassesAsync(time, TimeSpan.FromMilliseconds(100), condition, what);
}
