using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Apply.Script;

namespace StateServer.Domain.Tests.Apply;

public sealed class StateMachineTests
{
    [Fact]
    public void Revisions_count_as_in_etcd()
    {
        var script = new Script();
        Assert.Equal(1, script.Keyspace.Revision.Value);
        Assert.Equal(2, script.Run<PutOutcome>(Put("a", "1")).Revision.Value);
        Assert.Equal(3, script.Run<PutOutcome>(Put("a", "2")).Revision.Value);
        Assert.Equal(3, script.Run<DeleteRangeOutcome>(Delete("b")).Revision.Value);
        Assert.Equal(4, script.Run<TransactionOutcome>(Then(Put("b", "1"), Put("c", "1"), Delete("a"))).Revision.Value);
        Assert.Equal(4, script.Run<TransactionOutcome>(Then(Read("b"))).Revision.Value);
        Assert.Equal([0, 0, 0, 1, 2], script.Events.Select(e => e.Current.SubRevision));
        Assert.Equal([2, 3, 4, 4, 4], script.Events.Select(e => e.Current.ModRevision.Value));
        Assert.Equal(2, script.Keyspace.KeyCount);
        Assert.Equal("2", Text(Assert.Single(script.Find("a", "\0", 3).KeyValues)));
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
    }

    [Fact]
    public void Time_never_goes_back()
    {
        var script = new Script();
        script.Run(new TrimHistoryCommand(), milliseconds: 10);
        script.Run(new TrimHistoryCommand(), milliseconds: 5);
        Assert.Equal(10, script.State.TimestampMilliseconds);
    }

    [Fact]
    public void An_entry_is_applied_once()
    {
        var batch = new CommandBatch(1, 0, []);
        var state = StateMachine.Apply(ReplicatedState.Empty, 7, 1, batch).State;
        Assert.Throws<InvalidOperationException>(() => StateMachine.Apply(state, 7, 1, batch));
        Assert.Throws<InvalidOperationException>(() => StateMachine.Apply(state, 8, 1, batch with { FeatureLevel = StateMachine.HighestFeatureLevel + 1 }));
    }

    [Fact]
    public void Compaction_refuses_what_it_took_and_frees_it()
    {
        var script = new Script();
        for (var i = 0; i < 10; i++)
        {
            script.Run(Put("a", $"{i}"));
        }

        script.Run(Delete("a"));
        Assert.IsType<CompactOutcome>(script.Run(new CompactCommand(new Revision(12))));
        Assert.Equal(RejectionReason.Compacted, Assert.IsType<Rejection>(script.Run(new CompactCommand(new Revision(12)))).Reason);
        Assert.Equal(
            RejectionReason.FutureRevision,
            Assert.IsType<Rejection>(script.Run(new CompactCommand(new Revision(13)))).Reason);
        script.Run(new TrimHistoryCommand());
        Assert.False(script.Keyspace.HasHistoryToTrim);
        Assert.Equal(2, script.Keyspace.VersionCount);
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
    }
}
