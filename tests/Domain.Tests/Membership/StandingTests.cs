using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Membership.MembershipScript;

namespace StateServer.Domain.Tests.Membership;

/// <summary>Losses, returns, announced stops, and pauses of healing.</summary>
public sealed class StandingTests
{
    [Fact]
    public void A_loss_is_told_once_and_a_return_ends_it()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new MarkMemberLostCommand(Id(2), "silent for 30 s"));
        Assert.Equal((MemberMark.Lost, "silent for 30 s", "two"), (script.Mark(2), script.Standing(2).Reason, script.Standing(2).Name));
        Assert.Equal((new MachineId(1), new Zone("b")), (script.Standing(2).Machine!.Value, script.Standing(2).Zone!.Value));
        Assert.Equal((ModelEventKind.MemberLost, "member two", "silent for 30 s"), script.Told);
        script.Unchanged(new MarkMemberLostCommand(Id(2), "silent for 31 s"));
        script.Do(new MarkMemberReturnedCommand(Id(2)));
        Assert.Equal((ModelEventKind.MemberReturned, "member two", "it is heard again"), script.Told);
        Assert.Equal(MemberMark.Member, script.Mark(2));
        script.Unchanged(new MarkMemberReturnedCommand(Id(2)));
        script.Unchanged(new MarkMemberReturnedCommand(Id(3)));
        script.Refused(new MarkMemberLostCommand(Id(9), ""), RejectionReason.MemberNotFound, "member 9 not found");
        script.Refused(new MarkMemberReturnedCommand(Id(9)), RejectionReason.MemberNotFound, "member 9 not found");
    }

    [Fact]
    public void What_the_leader_decided_is_told_and_changes_nothing_else()
    {
        var script = new MembershipScript(3, 3);
        var before = script.Membership;
        script.Do(new NoteDecisionCommand(Id(2), "takes over: the leader's disk stalls"));
        Assert.Equal((ModelEventKind.MembersDecided, "member two", "takes over: the leader's disk stalls"), script.Told);
        script.Do(new NoteDecisionCommand(null, "healing waits"));
        Assert.Equal((ModelEventKind.MembersDecided, "membership", "healing waits"), script.Told);
        Assert.Same(before, script.Membership);
        script.Refused(new NoteDecisionCommand(Id(9), ""), RejectionReason.MemberNotFound, "member 9 not found");
    }

    [Fact]
    public void A_lost_newcomer_that_returns_is_a_newcomer_again()
    {
        var script = new MembershipScript(3, 5);
        script.Join(4);
        script.Do(new MarkMemberLostCommand(Id(4), "silent"));
        script.Do(new MarkMemberReturnedCommand(Id(4)));
        Assert.Equal(MemberMark.Requested, script.Mark(4));
    }

    [Fact]
    public void A_replacement_that_returns_behind_the_next_one_replaces_nobody()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Join(4, replaces: 2);
        script.Do(new MarkMemberLostCommand(Id(4), "silent"));
        script.Join(5, replaces: 2);
        script.Do(new MarkMemberReturnedCommand(Id(4)));
        Assert.Null(script.Standing(4).Replaces);
        Assert.Equal(Id(2), script.Standing(5).Replaces);
    }

    [Fact]
    public void Who_is_being_removed_does_not_return_until_the_operation_is_taken_back()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Join(4, replaces: 2);
        script.Do(Swap(4, 2, promoteFirst: false));
        script.Refused(
            new MarkMemberReturnedCommand(Id(2)), RejectionReason.MembershipConflict, "member two can't return: operation 1 takes its vote");
        script.Vote(1, 3);
        script.Do(new TurnOperationCommand(1, true, "four died"));
        script.Do(new MarkMemberReturnedCommand(Id(2)));
        Assert.Equal(MemberMark.Requested, script.Mark(2));
        script.Vote(1, 2, 3);
        Assert.Equal(MemberMark.Member, script.Mark(2));
    }

    [Fact]
    public void A_voter_that_an_operator_wants_replaced_is_leaving_and_keeps_its_vote()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new ReplaceMemberCommand(Id(2), "an old disk"));
        Assert.Equal((MemberMark.Leaving, "an old disk", MemberPhase.Voting), (script.Mark(2), script.Standing(2).Reason, script.Phase(2)));
        Assert.Equal((ModelEventKind.MemberLeaving, "member two", "it is to be replaced: an old disk"), script.Told);
        script.Unchanged(new ReplaceMemberCommand(Id(2), "still"));
        script.Join(4, replaces: 2);
        Assert.Empty(script.Membership.Replacements);
        script.Refused(new ReplaceMemberCommand(Id(4), ""), RejectionReason.MembershipConflict, "member four has no vote: remove it instead");
        script.Refused(new ReplaceMemberCommand(Id(9), ""), RejectionReason.MemberNotFound, "member 9 not found");
        script.Do(new MarkMemberLostCommand(Id(3), "silent"));
        script.Unchanged(new ReplaceMemberCommand(Id(3), "lost already"));
    }

    [Fact]
    public void An_announced_stop_is_no_loss_for_an_hour_at_most()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new AnnounceStopCommand(Id(2), 601_000));
        Assert.Equal((ModelEventKind.MemberAway, "member two", "it stops, and is expected back within 600 s"), script.Told);
        script.Now = 600_000;
        script.Refused(
            new MarkMemberLostCommand(Id(2), "silent"),
            RejectionReason.MembershipConflict,
            "member two can't be lost: it announced its stop, and is expected back for 1 s more");
        script.Do(new MarkMemberReturnedCommand(Id(2)));
        Assert.Equal(0, script.Standing(2).AwayUntilMilliseconds);
        script.Do(new AnnounceStopCommand(Id(2), long.MaxValue));
        Assert.Equal(600_000 + MembershipLimits.LongestAwayMilliseconds, script.Standing(2).AwayUntilMilliseconds);
        script.Do(new AnnounceStopCommand(Id(2), 1));
        Assert.Equal((ModelEventKind.MemberAway, "member two", "its announced stop is over"), script.Told);
        script.Do(new AnnounceStopCommand(Id(2), 601_000));
        script.Now = 601_000;
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Refused(new AnnounceStopCommand(Id(9), 1), RejectionReason.MemberNotFound, "member 9 not found");
    }

    [Fact]
    public void Healing_pauses_for_a_while_or_until_it_is_resumed()
    {
        var script = new MembershipScript(3, 3);
        script.Refused(
            new SetHealingPauseCommand(true, 1_000, ""), RejectionReason.InvalidArgument, "a pause of healing would be over already: give a time to come");
        script.Unchanged(new SetHealingPauseCommand(false, 0, ""));
        script.Do(new SetHealingPauseCommand(true, 61_000, "disks are changed"));
        Assert.Equal((ModelEventKind.HealingPaused, "membership", "healing pauses for 60 s: disks are changed"), script.Told);
        Assert.Equal((true, false), (script.Membership.Pause!.IsInForce(60_999), script.Membership.Pause.IsInForce(61_000)));
        script.Unchanged(new SetHealingPauseCommand(true, 61_000, "disks are changed"));
        script.Do(new SetHealingPauseCommand(true, long.MaxValue, "down"));
        Assert.Equal("healing pauses until it is resumed: down", script.Told.Text);
        Assert.True(script.Membership.Pause!.IsInForce(long.MaxValue - 1));
        script.Do(new SetHealingPauseCommand(false, 0, ""));
        Assert.Equal((ModelEventKind.HealingResumed, "membership", "healing goes on"), script.Told);
        Assert.Null(script.Membership.Pause);
    }

    [Fact]
    public void Healing_that_is_resumed_counts_its_replacements_anew_paused_or_not()
    {
        var script = new MembershipScript(3, 3);
        foreach (var lost in (int[])[2, 3])
        {
            script.Do(new MarkMemberLostCommand(Id(lost), "silent"));
            script.Do(Add(lost + 2, replaces: lost));
        }

        script.Do(new SetHealingPauseCommand(false, 0, ""));
        Assert.Equal((ModelEventKind.HealingResumed, "membership", "healing goes on, and 2 replacements count no more"), script.Told);
        Assert.Empty(script.Membership.Replacements);
        script.Unchanged(new SetHealingPauseCommand(false, 0, ""));
        script.Do(new RemoveMemberCommand(Id(4), "it did not come"));
        script.Do(Add(6, replaces: 2));
        script.Do(new SetHealingPauseCommand(true, long.MaxValue, "down"));
        script.Do(new SetHealingPauseCommand(false, 0, ""));
        Assert.Equal("healing goes on, and 1 replacement counts no more", script.Told.Text);
        Assert.Null(script.Membership.Pause);
        Assert.Empty(script.Membership.Replacements);
    }
}
