using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Membership.MembershipScript;

namespace StateServer.Domain.Tests.Membership;

/// <summary>Members that are expected, their machines, and who is taken in.</summary>
public sealed class NewcomerTests
{
    [Fact]
    public void An_expected_member_has_a_machine_as_the_others_have_in_the_reserved_zone()
    {
        var script = new MembershipScript(1, 3);
        var added = Assert.IsType<AddedOutcome>(script.Run(Add(4)));
        Assert.Equal((1, 1), (added.First, added.Count));
        var machine = script.Model.Machines[new MachineId(1)];
        Assert.Equal((Id(4), new Zone("b"), MachineStatus.Pending, "trusty"), (machine.StateServer, machine.Zone, machine.Status, machine.Series));
        Assert.Equal(PlacementDirective.None, machine.Directive);
        Assert.Equal(
            new MemberStanding(Id(4), "four", new MachineId(1), new Zone("b"), null, MemberMark.Requested, "wanted", 1_000, 0), script.Standing(4));
        Assert.Equal((ModelEventKind.MemberAdded, "member four", "expected in zone b: wanted"), script.Told);
        script.Refused(Add(4), RejectionReason.MembershipConflict, "the id 4 was given to a member before: it needs a new one");
    }

    [Fact]
    public void It_is_as_wished_and_bound_to_a_zone_that_was_asked_for()
    {
        var script = new MembershipScript(1);
        var wanted = Constraints.None with { MemoryMiB = 4096 };
        script.Do(new SetTargetCommand(3, new MemberWish("xenial", wanted, [new PlacementDirective(new Zone("b"), null)]), false));
        script.Do(Add(4));
        script.Do(Add(5, zone: "c"));
        script.Do(new ReplaceMemberCommand(Id(1), "an old disk"));
        script.Do(Add(6, replaces: 1, zone: "b"));
        var (asked, free) = (script.Model.Machines[new MachineId(1)], script.Model.Machines[new MachineId(2)]);
        Assert.Equal(PlacementDirective.None, script.Model.Machines[new MachineId(3)].Directive);
        Assert.Equal(("xenial", wanted, "zone=b"), (asked.Series, asked.Constraints, asked.Directive.ToString()));
        Assert.Equal(("xenial", ""), (free.Series, free.Directive.ToString()));
    }

    [Fact]
    public void Without_an_environment_there_is_no_machine()
    {
        var script = new MembershipScript(1, 3, bootstrap: false);
        Assert.IsType<DoneOutcome>(script.Run(Add(4)));
        Assert.Null(script.Standing(4).Machine);
        script.Do(new RegisterMemberCommand(Member(4)));
        Assert.Equal(MemberPhase.Learning, script.Phase(4));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var script = new MembershipScript();
        script.Refused(Add(4) with { Id = default }, RejectionReason.InvalidArgument, "a member needs an id other than 0");
        script.Refused(Add(4) with { Name = "" }, RejectionReason.InvalidArgument, "invalid member name \"\": use 1 to 255 visible ASCII characters");
        script.Refused(Add(4) with { Name = "two" }, RejectionReason.MemberConflict, "the name two is taken by member 2");
        script.Refused(Add(2), RejectionReason.MembershipConflict, "the id 2 was given to a member before: it needs a new one");
        script.Refused(Add(4, replaces: 9), RejectionReason.MemberNotFound, "member 9 not found");
        script.Do(new CordonZoneCommand(new Zone("b"), true));
        script.Refused(Add(4), RejectionReason.ModelConflict, "zone b is cordoned");
        script.Do(Add(4, zone: "c"));
        script.Refused(Add(5, zone: "c") with { Name = "four" }, RejectionReason.MemberConflict, "the name four is taken by member 4");
    }

    [Fact]
    public void A_member_has_one_living_replacement_at_a_time()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Do(Add(4, replaces: 2));
        Assert.Equal([1_000], script.Membership.Replacements);
        script.Refused(Add(5, replaces: 2), RejectionReason.MembershipConflict, "member two is being replaced already, by four");
        script.Do(new MarkMemberLostCommand(Id(4), "silent"));
        script.Now = 5_000;
        script.Do(Add(5, replaces: 2));
        Assert.Equal([1_000, 5_000], script.Membership.Replacements);
        script.Do(new ReplaceMemberCommand(Id(3), "an old disk"));
        script.Do(Add(6, replaces: 3));
        Assert.Equal(2, script.Membership.Replacements.Length);
    }

    [Fact]
    public void Only_the_vote_of_a_lost_or_leaving_member_is_taken_over()
    {
        var script = new MembershipScript(3, 3);
        script.Refused(
            Add(4, replaces: 2),
            RejectionReason.MembershipConflict,
            "member two is neither lost nor leaving: nobody takes its place");
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Join(4, replaces: 2);
        script.Do(new MarkMemberLostCommand(Id(4), "silent"));
        const string NoVote = "has no vote that another one could take over: remove it instead";
        script.Refused(Add(5, replaces: 4), RejectionReason.MembershipConflict, $"member four {NoVote}");
        script.Join(5, replaces: 2);
        script.Do(Swap(5, 2, promoteFirst: false));
        script.Vote(1, 3);
        script.Do(new MarkMemberLostCommand(Id(5), "silent"));
        script.Join(6, replaces: 2);
        script.Do(new SubstituteCommand(1, Id(5), Id(6)));
        script.Vote(1, 3, 6);
        script.Do(new FinishOperationCommand(1));
        script.Do(new MarkMemberLostCommand(Id(6), "silent"));
        script.Refused(Add(7, replaces: 2), RejectionReason.MembershipConflict, $"member two {NoVote}");
        script.Do(Add(7, replaces: 6));
    }

    /// <summary>Otherwise nobody could ever take the place of the member that came back, once it is lost for good.</summary>
    [Fact]
    public void A_replacement_that_gets_a_vote_of_its_own_replaces_nobody_any_more()
    {
        var script = new MembershipScript(3, 5);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Join(4, replaces: 2);
        script.Join(5);
        script.Do(new MarkMemberReturnedCommand(Id(2)));
        script.Do(Grow(4, 5));
        script.Vote(1, 2, 3, 4);
        script.Vote(1, 2, 3, 4, 5);
        script.Do(new FinishOperationCommand(1));
        Assert.Null(script.Standing(4).Replaces);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Do(Add(6, replaces: 2));
    }

    [Fact]
    public void Members_without_a_vote_are_bounded()
    {
        var script = new MembershipScript(1, bootstrap: false);
        for (var i = 0; i < MembershipLimits.MostNewcomers; i++)
        {
            script.Do(new AddMemberCommand(new NodeId(100 + (ulong)i), $"m{i}", new Zone("a"), null, ""));
        }

        script.Refused(
            Add(4), RejectionReason.MembershipLimit, "8 members are without a vote or expected: at most 8 may be");
    }

    [Fact]
    public void The_times_of_replacements_are_bounded()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        for (var i = 0; i < MembershipLimits.MostReplacements + 3; i++)
        {
            script.Now++;
            var id = new NodeId(100 + (ulong)i);
            script.Do(new AddMemberCommand(id, $"m{i}", new Zone("a"), Id(2), ""));
            script.Do(new RemoveMemberCommand(id, ""));
        }

        Assert.Equal(Enumerable.Range(1_004, MembershipLimits.MostReplacements).Select(at => (long)at), script.Membership.Replacements);
    }

    [Fact]
    public void Only_who_is_expected_by_that_name_is_taken_in()
    {
        var script = new MembershipScript(3, 3);
        script.Refused(
            new RegisterMemberCommand(Member(4)),
            RejectionReason.MemberNotFound,
            "member 4 is not expected: ensure-availability adds members, and none joins by itself");
        script.Do(Add(4));
        script.Refused(
            new RegisterMemberCommand(Member(4) with { Name = "vier" }),
            RejectionReason.MemberConflict,
            "member 4 is expected by the name four, not vier");
        script.Do(new RegisterMemberCommand(Member(4)));
        Assert.Equal((ModelEventKind.MemberJoined, "member four", "taken in at h4:1, in zone a"), script.Told);
        script.Refused(
            new RegisterMemberCommand(Member(4) with { Folder = new FolderId(7) }),
            RejectionReason.FolderMismatch,
            "member 4 is bound to folder 104, not 7: its data were lost or swapped, and it needs a new id");
        script.Do(new RemoveMemberCommand(Id(4), "not needed"));
        script.Refused(
            new RegisterMemberCommand(Member(4)),
            RejectionReason.MemberRemoved,
            "member 4 was removed from the cluster: it needs a new id and an empty folder");
    }

    [Fact]
    public void The_first_members_of_a_cluster_need_no_word()
    {
        var script = new Apply.Script();
        script.Run(new RegisterMemberCommand(Member(1)));
        script.Run(new RaiseFeatureLevelCommand(4));
        Assert.IsType<DoneOutcome>(script.Run(new RegisterMemberCommand(Member(2))));
        script.Vote(1, 2, 3);
        Assert.IsType<DoneOutcome>(script.Run(new RegisterMemberCommand(Member(3))));
        Assert.IsType<Rejection>(script.Run(new RegisterMemberCommand(Member(4))));
        MembershipInvariants.Check(script.State);
    }

    [Fact]
    public void A_first_member_that_registers_late_says_its_name_itself()
    {
        var script = new Apply.Script();
        script.Run(new RegisterMemberCommand(Member(1)));
        script.Run(new RaiseFeatureLevelCommand(4));
        script.Vote(1, 2, 3);
        Assert.IsType<DoneOutcome>(script.Run(new ReplaceMemberCommand(Id(3), "it never came")));
        Assert.Equal("3", script.State.Membership.Standings[Id(3)].Name);
        Assert.IsType<DoneOutcome>(script.Run(new RegisterMemberCommand(Member(3))));
        Assert.Equal("three", script.State.Membership.Standings[Id(3)].Name);
        MembershipInvariants.Check(script.State);
    }

    [Fact]
    public void Who_was_taken_in_before_the_voters_were_known_is_a_newcomer()
    {
        var script = new Apply.Script();
        script.Run(new RegisterMemberCommand(Member(1)));
        script.Run(new RegisterMemberCommand(Member(2)));
        script.Run(new RaiseFeatureLevelCommand(4));
        script.Vote(1);
        Assert.Equal([Id(2)], script.State.Membership.Standings.Keys);
        Assert.Equal(MemberMark.Requested, script.State.Membership.MarkOf(Id(2)));
        MembershipInvariants.Check(script.State);
        script.Vote(1, 2);
        Assert.Equal(MemberMark.Member, script.State.Membership.MarkOf(Id(2)));
    }

    [Fact]
    public void The_address_of_a_lost_member_may_be_another_one_s()
    {
        var script = new MembershipScript(3, 3);
        script.Do(Add(4));
        var there = Member(4) with { PeerAddress = Member(2).PeerAddress };
        script.Refused(new RegisterMemberCommand(there), RejectionReason.MemberConflict, "the peer address h2:1 is taken by member 2");
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Do(new RegisterMemberCommand(there));
        script.Refused(
            new RegisterMemberCommand(Member(2)), RejectionReason.MemberConflict, "the peer address h2:1 is taken by member 4");
    }

    [Fact]
    public void Phases_follow_the_machine_and_the_vote()
    {
        var script = new MembershipScript(3, 5);
        Assert.Null(script.Phase(4));
        script.Do(Add(4));
        Assert.Equal(MemberPhase.Requested, script.Phase(4));
        var machine = script.Standing(4).Machine!.Value;
        script.Do(new BeginLaunchCommand(machine, 1, new Zone("b"), Model.ModelScript.Hash));
        Assert.Equal(MemberPhase.Provisioning, script.Phase(4));
        script.Do(new EndLaunchCommand(machine, 1, LaunchOutcome.Launched, new InstanceId("i-4"), ""));
        Assert.Equal(MemberPhase.Starting, script.Phase(4));
        script.Do(new RegisterMemberCommand(Member(4)));
        Assert.Equal(MemberPhase.Learning, script.Phase(4));
        Assert.Equal((MachineStatus.Running, "h4"), (script.Model.Machines[machine].Status, script.Model.Machines[machine].Address));
        Assert.Equal(MemberPhase.Suspect, script.Phase(4, isSilent: true));
        script.Vote(1, 2, 3, 4);
        Assert.Equal((MemberPhase.Voting, MemberMark.Member), (script.Phase(4), script.Mark(4)));
        script.Do(new MarkMemberLostCommand(Id(3), "silent"));
        Assert.Equal(MemberPhase.Lost, script.Phase(3, isSilent: true));
        script.Vote(1, 2, 4);
        script.Do(new RemoveMemberCommand(Id(3), "gone"));
        Assert.Equal(MemberPhase.Removed, script.Phase(3));
    }
}
