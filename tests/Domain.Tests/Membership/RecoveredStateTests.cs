using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Model;
using static StateServer.Domain.Tests.Membership.MembershipScript;

namespace StateServer.Domain.Tests.Membership;

/// <summary>What a state becomes in the cluster of one that is made of it after the quorum was lost.</summary>
public sealed class RecoveredStateTests
{
    private static readonly RecoveredMember Second = new(Id(9), Id(2), new InstanceId("server-2"), new Zone("b"), "h2");

    [Fact]
    public void The_one_member_keeps_its_machine_and_all_others_are_to_end()
    {
        var recovered = Checked(RecoveredState.Of(new MembershipScript(3, 3).Script.State, Second));
        Assert.True(recovered.Model.IsRestored);
        Assert.Equal(
            [(0, Id(1), Life.Dying, MachineStatus.Terminating), (1, Id(9), Life.Alive, MachineStatus.Running), (2, Id(3), Life.Dying, MachineStatus.Terminating)],
            recovered.Model.Machines.Values.Select(machine => (machine.Id.Value, machine.StateServer!.Value, machine.Life, machine.Status)));
        Assert.Equal((ModelEventKind.Restored, "environment"), (recovered.Model.Events[^1].Kind, recovered.Model.Events[^1].Subject));
        Assert.StartsWith("recovered from what one state server held", recovered.Model.Events[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_old_member_can_come_back_and_the_new_one_is_taken_in()
    {
        var script = new MembershipScript(3, 3);
        script.Do(Add(4));
        var recovered = Checked(RecoveredState.Of(script.Script.State, Second));
        Assert.Empty(recovered.Members);
        Assert.Empty(recovered.Membership.Voters);
        Assert.Empty(recovered.Membership.Standings);
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], recovered.Membership.Tombstones);
        foreach (var old in new[] { 1, 2, 3, 4 })
        {
            var refused = Assert.IsType<Rejection>(Apply(recovered, new RegisterMemberCommand(Member(old))).Outcomes[0]);
            Assert.Equal(RejectionReason.MemberRemoved, refused.Reason);
        }

        Assert.IsType<DoneOutcome>(Apply(recovered, new RegisterMemberCommand(Member(9))).Outcomes[0]);
    }

    [Fact]
    public void Nothing_is_wanted_of_the_members_until_somebody_asks_and_then_it_grows_before_the_sweep_is_confirmed()
    {
        var recovered = RecoveredState.Of(new MembershipScript(5, 5).Script.State, Second);
        Assert.Equal((0, 0L), (recovered.Membership.Target, recovered.Membership.ShortSinceMilliseconds));
        var state = Apply(recovered, new RegisterMemberCommand(Member(9))).State;
        state = StateMachine.ApplyVoters(state, state.AppliedIndex + 1, [Id(9)]).State;
        state = Done(state, new SetTargetCommand(3, MemberWish.None, Force: false));
        state = Done(state, Add(8, zone: "a"));
        Assert.True(state.Model.IsRestored);
        Assert.Equal(MemberMark.Requested, state.Membership.MarkOf(Id(8)));
        Checked(Done(state, new ConfirmRestoreCommand()));
    }

    [Fact]
    public void The_incarnation_is_above_all_that_anybody_knows_and_revisions_jump_as_in_a_restore()
    {
        var held = new MembershipScript(3, 3).Script.State;
        Assert.Equal((1, 2), (held.Incarnation, RecoveredState.Of(held, Second).Incarnation));
        Assert.Equal(8, RecoveredState.Of(held, Second, incarnation: 7).Incarnation);
        var recovered = RecoveredState.Of(held, Second);
        Assert.True(recovered.Keyspace.Revision.Value > held.Keyspace.Revision.Value + RestoredState.RevisionJump);
        Assert.Equal(held.AppliedIndex + RestoredState.IndexJump, recovered.AppliedIndex);
        Assert.Equal(0, recovered.Sessions.Count);
    }

    [Fact]
    public void A_machine_that_another_member_ran_on_is_taken_in_for_the_new_one()
    {
        var held = new MembershipScript(3, 3).Script.State;
        var recovered = Checked(RecoveredState.Of(held, Second with { Instance = new InstanceId("server-3"), Zone = new Zone("c"), Address = "h3" }));
        var own = Assert.Single(recovered.Model.Machines.Values, machine => machine.Life == Life.Alive);
        Assert.Equal(
            (3, (NodeId?)Id(9), "server-3", new Zone("c")),
            (own.Id.Value, own.StateServer, own.Instance!.Value.Name, own.Zone!.Value));
        Assert.Equal([0, 1, 3], recovered.Model.Machines.Keys.Select(machine => machine.Value));
    }

    [Fact]
    public void A_cluster_without_an_environment_is_recovered_too()
    {
        var recovered = Checked(RecoveredState.Of(new MembershipScript(3, bootstrap: false).Script.State, Second with { Instance = null }));
        Assert.False(recovered.Model.IsRestored);
        Assert.Equal([Id(1), Id(2), Id(3)], recovered.Membership.Tombstones);
    }

    [Fact]
    public void An_id_of_the_old_cluster_is_refused()
    {
        var held = new MembershipScript(3, 3).Script.State;
        foreach (var id in new[] { default, Id(1), Id(2) })
        {
            Assert.Throws<ArgumentException>(() => RecoveredState.Of(held, Second with { Id = id }));
        }

        Assert.Throws<ArgumentException>(() => RecoveredState.Of(RecoveredState.Of(held, Second), Second with { Id = Id(3), Predecessor = Id(9) }));
    }

    [Fact]
    public void As_many_old_members_are_remembered_as_there_is_room_for()
    {
        var script = new MembershipScript(3, 3, bootstrap: false);
        var many = Enumerable.Range(0, MembershipLimits.MostTombstones - 2).Select(i => new NodeId(1_000 + (ulong)i));
        var tombstones = script.Membership.Tombstones.Union(many);
        var full = script.Script.State with { Membership = script.Membership with { Tombstones = tombstones } };
        var recovered = RecoveredState.Of(full, Second with { Instance = null });
        Assert.Equal(MembershipLimits.MostTombstones, recovered.Membership.Tombstones.Count);
        Assert.Equal(StateDigest.Recompute(recovered), recovered.Digest);
    }

    private static ReplicatedState Checked(ReplicatedState state)
    {
        MembershipInvariants.Check(state);
        ModelInvariants.Check(state);
        return state;
    }

    private static ReplicatedState Done(ReplicatedState state, Command command)
    {
        var result = Apply(state, command);
        Assert.True(result.Outcomes[0] is not Rejection, $"{command}: {result.Outcomes[0]}");
        return result.State;
    }

    private static BatchResult Apply(ReplicatedState state, Command command) =>
        StateMachine.Apply(state, state.AppliedIndex + 1, 1, new CommandBatch(4, 1, [new BatchItem(command, null, default)]));
}
