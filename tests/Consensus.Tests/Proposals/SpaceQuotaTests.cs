using StateServer.Consensus.Proposals;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Proposals;

/// <summary>A quota of the state: what passes it is refused, what makes room is not, and room brings writes back.</summary>
public sealed class SpaceQuotaTests
{
    private const int Quota = 100_000;

    [Fact]
    public async Task Past_the_quota_puts_are_refused_and_compaction_brings_them_back()
    {
        await using var cluster = await FakeCluster.StartAsync(3, configure: options => options with { QuotaBytes = Quota });
        await cluster.RegisteredAsync();
        var view = cluster[0].Replica.State.Keyspace.KeyCount;
        ProposalRefusedException? refused = null;
        for (var i = 0; i < 1000 && refused is null; i++)
        {
            // Through followers and leader alike, and always the same key: only history grows.
            var replica = cluster[i % 3].Replica;
            refused = await Record.ExceptionAsync(() => replica.ProposeAsync(Commands.Put("k", new string('v', 1000)))) as ProposalRefusedException;
        }

        Assert.Equal(ProposalRefusal.NoSpace, refused!.Reason);
        await Eventually.IsTrueAsync(
            () => cluster.Members.Select(m => m.Replica.State.Keyspace.Revision).Distinct().Count() == 1, "all have applied what was taken");
        Assert.InRange(SpaceQuota.UseOf(cluster[0].Replica.State), Quota - 5000, Quota + 5000);
        foreach (var member in cluster.Members)
        {
            await Assert.ThrowsAsync<ProposalRefusedException>(() => member.Replica.ProposeAsync(Commands.Put("k", new string('v', 2000))));
            await Assert.ThrowsAsync<ProposalRefusedException>(() => member.Replica.ProposeAsync(Transaction(2000)));
            Assert.Null(member.Replica.Status.Unhealthy);
        }

        // What makes room is taken: a delete, though it adds a tombstone, and the compaction.
        Assert.IsType<DeleteRangeOutcome>(await cluster[1].Replica.ProposeAsync(Commands.Delete("k")));
        Assert.IsType<CompactOutcome>(await cluster[2].Replica.ProposeAsync(new CompactCommand(cluster[0].Replica.State.Keyspace.Revision)));
        await Eventually.IsTrueAsync(() => cluster.Members.TrueForAll(m => m.Replica.State.Keyspace.VersionCount < view + 5), "the history is trimmed");
        await Eventually.IsTrueAsync(() => cluster[1].Replica.State.Alarms.IsEmpty, "the alarm is cleared");
        Assert.IsType<PutOutcome>(await cluster[1].Replica.ProposeAsync(Commands.Put("k", new string('v', 1000))));
    }

    [Fact]
    public async Task The_alarm_is_raised_without_a_hand_over_and_an_heir_has_it_too()
    {
        await using var cluster = await FakeCluster.StartAsync(3, configure: options => options with { QuotaBytes = Quota });
        await cluster.RegisteredAsync();

        // A few at once: each is let in by what the state held before any of them.
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => cluster[0].Replica.ProposeAsync(Commands.Put($"k{i}", new string('v', 20_000)))
            .ContinueWith(put => put.Exception, TaskScheduler.Default)));
        await Eventually.IsTrueAsync(() => cluster[1].Replica.State.Alarms.Contains((cluster[0].Id, AlarmKind.NoSpace)), "the leader's alarm is raised");
        Assert.Equal(cluster[0].Id, cluster.Look().Leader);
        cluster.Elect(2);
        await Eventually.IsTrueAsync(
            () => cluster[1].Replica.State.Alarms.Contains((cluster[2].Id, AlarmKind.NoSpace)), "the new leader's is raised");

        // Disarmed by hand while nothing has changed, it comes again.
        await cluster[1].Replica.ProposeAsync(new SetAlarmCommand(cluster[2].Id, AlarmKind.NoSpace, Raised: false));
        await Eventually.IsTrueAsync(() => cluster[1].Replica.State.Alarms.Contains((cluster[2].Id, AlarmKind.NoSpace)), "it is raised again");
    }

    [Fact]
    public void It_falls_a_twentieth_before_the_alarm_is_cleared()
    {
        var state = With(1);
        var use = SpaceQuota.UseOf(state);
        Assert.Equal(SpaceQuota.VersionBytes + 2, use);
        Assert.True(new SpaceQuota(use - 1).IsPassed(state, raised: false, refused: false));
        Assert.False(new SpaceQuota(use).IsPassed(state, raised: false, refused: false));
        Assert.True(new SpaceQuota(use).IsPassed(state, raised: true, refused: false));
        Assert.True(new SpaceQuota(use).IsPassed(state, raised: false, refused: true));
        var roomy = new SpaceQuota(use + (use / 19) + 1);
        Assert.False(roomy.IsPassed(state, raised: true, refused: true));
        Assert.False(new SpaceQuota(SpaceQuota.None).IsPassed(state, raised: true, refused: true));
    }

    [Fact]
    public void A_transaction_costs_what_the_dearer_branch_puts()
    {
        Assert.Equal(0, SpaceRule.Cost(Commands.Delete("k")));
        Assert.Equal(SpaceQuota.VersionBytes + 4, SpaceRule.Cost(Commands.Put("k", "abc")));
        Assert.Equal((2 * SpaceQuota.VersionBytes) + 2 + 30, SpaceRule.Cost(Transaction(15)));
        Assert.Equal(SpaceQuota.LeaseBytes, SpaceRule.Cost(new GrantLeaseCommand(new LeaseId(1), 1)));
        Assert.Equal(0, SpaceRule.Cost(new CompactCommand(new Revision(1))));
    }

    private static Domain.Apply.ReplicatedState With(int keys)
    {
        var state = Domain.Apply.ReplicatedState.Empty;
        for (var i = 0; i < keys; i++)
        {
            var batch = new CommandBatch(1, 0, [new BatchItem(Commands.Put("k", "v"), null, default)]);
            state = Domain.Apply.StateMachine.Apply(state, i + 1, 1, batch).State;
        }

        return state;
    }

    private static KeyspaceCommand Transaction(int valueBytes)
    {
        Operation Put(string key) => ((KeyspaceCommand)Commands.Put(key, new string('v', valueBytes))).Operation;
        return new KeyspaceCommand(new TransactionOperation([], [Put("a"), Put("b")], [Put("c")]));
    }
}
