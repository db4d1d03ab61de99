using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Apply.Script;

namespace StateServer.Domain.Tests.Apply;

/// <summary>A restored state: the same keys, in a new cluster's world.</summary>
public sealed class RestoredStateTests
{
    private readonly Script _script = new();

    public RestoredStateTests()
    {
        _script.Run(new OpenSessionCommand());
        _script.Run(new GrantLeaseCommand(new LeaseId(5), 60));
        _script.Run(Put("a", "1"));
        _script.Run(Put("a", "2", lease: 5));
        _script.Run(Put("b", "3"));
        _script.Run(Put("gone", "4"));
        _script.Run(Delete("gone"));
        _script.Run(new SetAlarmCommand(new NodeId(7), AlarmKind.NoSpace, Raised: true));
        _script.Run(new RegisterMemberCommand(new MemberRecord(
            new NodeId(7), "one", new FolderId(1), new Zone("z"), "h:1", [], 2, "1", DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void Keys_and_leases_are_as_they_were_and_the_past_is_compacted()
    {
        var saved = _script.State;
        var restored = RestoredState.Of(saved);
        long revision = saved.Keyspace.Revision.Value + RestoredState.RevisionJump;
        Assert.Equal((revision, revision), (restored.Keyspace.Revision.Value, restored.Keyspace.CompactedRevision.Value));
        Assert.Equal(saved.AppliedIndex + RestoredState.IndexJump, restored.AppliedIndex);
        Assert.Equal((2, 2, 1), (restored.Keyspace.KeyCount, restored.Keyspace.VersionCount, restored.Keyspace.LeaseCount));
        Assert.Equal(saved.Keyspace.Get(K("a")), restored.Keyspace.Get(K("a")));
        Assert.Equal([K("a")], restored.Keyspace.KeysOfLease(new LeaseId(5)));
        Assert.Equal(saved.Keyspace.GetLease(new LeaseId(5)), restored.Keyspace.GetLease(new LeaseId(5)));
        Assert.Equal(saved.TimestampMilliseconds, restored.TimestampMilliseconds);
        Assert.Equal(
            RejectionReason.Compacted,
            restored.Keyspace.TryReadChanges(saved.Keyspace.Revision, 1, out _)!.Reason);
        Assert.Null(restored.Keyspace.TryReadChanges(new Revision(revision), 1, out var none));
        Assert.Empty(none);
    }

    [Fact]
    public void Members_alarms_and_sessions_stay_behind_and_the_incarnation_rises()
    {
        var restored = RestoredState.Of(_script.State);
        Assert.Empty(restored.Members);
        Assert.Empty(restored.Alarms);
        Assert.Equal(0, restored.Sessions.Count);
        Assert.Equal((1, 2, 2), (_script.State.Incarnation, restored.Incarnation, restored.FeatureLevel));
        Assert.Equal(3, RestoredState.Of(restored).Incarnation);
    }

    /// <summary>Which clients of the old cluster may still hold: another one's session must never get its number.</summary>
    [Fact]
    public void An_old_session_is_unknown_even_after_new_ones_were_opened()
    {
        var old = Assert.IsType<SessionOpenedOutcome>(_script.Run(new OpenSessionCommand())).Session;
        var restored = RestoredState.Of(_script.State);
        for (int i = 0; i < 50; i++)
        {
            var opened = StateMachine.Apply(
                restored, restored.AppliedIndex + 1, 1, new CommandBatch(2, 0, [new BatchItem(new OpenSessionCommand(), null, default)]));
            restored = opened.State;
        }

        var retry = new BatchItem(new KeyspaceCommand(Put("a", "9")), new RequestId(old, 1, 1), default);
        var outcome = StateMachine.Apply(restored, restored.AppliedIndex + 1, 1, new CommandBatch(2, 0, [retry])).Outcomes[0];
        Assert.Equal(RejectionReason.SessionUnknown, Assert.IsType<Rejection>(outcome).Reason);
    }

    [Fact]
    public void The_incarnation_is_part_of_the_digest_from_its_level_on()
    {
        var restored = RestoredState.Of(_script.State);
        Assert.NotEqual(restored.Digest, (restored with { Incarnation = 7 }).Digest);
        Assert.Equal(_script.State.Digest, (_script.State with { Incarnation = 7 }).Digest);
        Assert.Equal(restored.Digest, StateDigest.Recompute(restored));
    }

    [Fact]
    public void Writes_go_on_behind_the_jump()
    {
        var restored = RestoredState.Of(_script.State);
        var put = StateMachine.Apply(
            restored, restored.AppliedIndex + 1, 1, new CommandBatch(2, 0, [new BatchItem(new KeyspaceCommand(Put("a", "5")), null, default)]));
        var version = put.State.Keyspace.Get(K("a"))!;
        Assert.Equal((restored.Keyspace.Revision.Value + 1, 3), (version.ModRevision.Value, version.Version));
        Assert.Equal(StateDigest.Recompute(put.State), put.State.Digest);
    }
}
