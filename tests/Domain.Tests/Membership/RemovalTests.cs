using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Model;
using static StateServer.Domain.Tests.Membership.MembershipScript;

namespace StateServer.Domain.Tests.Membership;

/// <summary>Members that go for ever, and what a restore makes of all of them.</summary>
public sealed class RemovalTests
{
    [Fact]
    public void Its_record_alarms_and_machine_go_and_its_id_never_comes_back()
    {
        var script = new MembershipScript(5, 5);
        script.Do(new SetTargetCommand(3, MemberWish.None, false));
        script.Do(ModelScript.Deploy("web"));
        script.Do(ModelScript.Assign((ModelScript.U("web", 0), 3)));
        script.Do(new SetAlarmCommand(Id(4), AlarmKind.NoSpace, true));
        script.Do(new SetAlarmCommand(Id(1), AlarmKind.NoSpace, true));
        script.Vote(1, 2, 3, 5);
        script.Do(new RemoveMemberCommand(Id(4), "fewer are wanted"));
        Assert.Equal([Id(4)], script.Membership.Tombstones);
        Assert.DoesNotContain(Id(4), script.Script.State.Members.Keys);
        Assert.Equal([(Id(1), AlarmKind.NoSpace)], script.Script.State.Alarms);
        var machine = script.Model.Machines[new MachineId(3)];
        Assert.Equal((Life.Dying, MachineStatus.Terminating), (machine.Life, machine.Status));
        Assert.Null(script.Model.Units[ModelScript.U("web", 0)].Machine);
        script.Do(new MachineTerminatedCommand(new MachineId(3)));
        script.Unchanged(new RemoveMemberCommand(Id(4), "again"));
        script.Refused(Add(4), RejectionReason.MembershipConflict, "the id 4 was given to a member before: it needs a new one");
        script.Refused(new MarkMemberLostCommand(Id(4), ""), RejectionReason.MemberRemoved, "member 4 was removed");
        script.Refused(Add(6, replaces: 4), RejectionReason.MemberRemoved, "member 4 was removed");
    }

    [Fact]
    public void A_newcomer_whose_machine_was_not_launched_goes_with_it()
    {
        var script = new MembershipScript(1, 3);
        script.Do(Add(4));
        script.Do(new RemoveMemberCommand(Id(4), "it did not come"));
        Assert.Equal([new MachineId(0)], script.Model.Machines.Keys);
        Assert.False(script.HasKey("members/4"));
    }

    [Fact]
    public void Who_votes_or_takes_part_in_an_operation_stays()
    {
        var script = new MembershipScript(3, 5);
        script.Join(4);
        script.Join(5);
        script.Refused(
            new RemoveMemberCommand(Id(2), ""),
            RejectionReason.MembershipConflict,
            "member two votes, as 3 do: its vote is taken first, by replacing it or by a smaller number of state servers");
        script.Do(Grow(4, 5));
        script.Refused(new RemoveMemberCommand(Id(4), ""), RejectionReason.MembershipConflict, "member four takes part in operation 1");
        script.Refused(new RemoveMemberCommand(Id(9), ""), RejectionReason.MemberNotFound, "member 9 not found");
        new MembershipScript(1, 3).Refused(new RemoveMemberCommand(Id(1), ""), RejectionReason.MembershipConflict, "controller 0 is the only controller");
    }

    /// <summary>No leader lets it come to that; a configuration is a fact all the same, and must have a way back.</summary>
    [Fact]
    public void A_removed_member_that_has_a_vote_loses_it_and_is_nothing_else_again()
    {
        var script = new MembershipScript(4, 3);
        script.Vote(1, 2, 3);
        script.Do(new RemoveMemberCommand(Id(4), "fewer are wanted"));
        var plain = script.Script;
        plain.Vote(1, 2, 3, 4);
        Assert.Equal(MemberPhase.Removed, script.Phase(4));
        Assert.Equal(
            RejectionReason.MemberRemoved, Assert.IsType<Rejection>(plain.Run(new RegisterMemberCommand(Member(4)))).Reason);
        Assert.Equal(
            RejectionReason.MemberRemoved, Assert.IsType<Rejection>(plain.Run(new MarkMemberReturnedCommand(Id(4)))).Reason);
        Assert.IsType<DoneOutcome>(plain.Run(Shrink(4)));
        plain.Vote(1, 2, 3);
        Assert.IsType<DoneOutcome>(plain.Run(new FinishOperationCommand(1)));
        Assert.DoesNotContain(Id(4), plain.State.Membership.Standings.Keys);
        MembershipInvariants.Check(plain.State);
    }

    [Fact]
    public void Tombstones_are_bounded_and_the_oldest_stays()
    {
        var script = new MembershipScript(1, 3, bootstrap: false);
        script.Do(Add(4));
        var many = Enumerable.Range(0, MembershipLimits.MostTombstones - 1).Select(i => new NodeId(1_000 + (ulong)i));
        var tombstones = script.Membership.Tombstones.Union(many);
        var full = script.Script.State with
        {
            Membership = script.Membership with { Tombstones = tombstones, TombstoneDigest = MembershipHash.OfTombstones(tombstones) },
        };
        full = Apply(full, new RemoveMemberCommand(Id(4), "")).State;
        Assert.Equal(MembershipLimits.MostTombstones, full.Membership.Tombstones.Count);
        full = Apply(full, Add(5)).State;
        var refused = Assert.IsType<Rejection>(Apply(full, new RemoveMemberCommand(Id(5), "")).Outcomes[0]);
        Assert.Equal(
            (RejectionReason.MembershipLimit,
                "16384 ids of removed members are remembered, and none may be forgotten: begin a new cluster from a snapshot"),
            (refused.Reason, refused.Detail));
    }

    [Fact]
    public void A_restored_state_has_tombstones_alone()
    {
        var script = new MembershipScript(5, 5);
        script.Vote(1, 2, 3, 4);
        script.Do(new RemoveMemberCommand(Id(5), ""));
        script.Join(6);
        script.Do(new MarkMemberLostCommand(Id(4), "silent"));
        script.Do(new AddMemberCommand(Id(7), "seven", new Zone("a"), Id(4), ""));
        script.Do(Grow(6));
        script.Do(new SetHealingPauseCommand(true, long.MaxValue, ""));
        var restored = RestoredState.Of(script.Script.State);
        MembershipInvariants.Check(restored);
        Assert.Equal([Id(5)], restored.Membership.Tombstones);
        Assert.Equal(1, restored.Membership.LastOperation);
        Assert.Empty(restored.Membership.Standings);
        Assert.Empty(restored.Membership.Voters);
        Assert.Empty(restored.Membership.Replacements);
        Assert.Empty(restored.Members);
        Assert.Null(restored.Membership.Operation);
        Assert.Null(restored.Membership.Pause);
        Assert.Equal((0, 0L), (restored.Membership.Target, restored.Membership.ShortSinceMilliseconds));
        Assert.Empty(restored.Model.Machines);
        Assert.NotEqual(restored.Digest, (restored with { Membership = MembershipState.Empty }).Digest);
        Assert.IsType<DoneOutcome>(Apply(restored, new RegisterMemberCommand(Member(9))).Outcomes[0]);
    }

    private static BatchResult Apply(ReplicatedState state, Command command) =>
        StateMachine.Apply(state, state.AppliedIndex + 1, 1, new CommandBatch(4, 1, [new BatchItem(command, null, default)]));
}
