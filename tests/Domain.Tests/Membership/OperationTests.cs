using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Membership.MembershipScript;

namespace StateServer.Domain.Tests.Membership;

/// <summary>The one change of voters that is under way.</summary>
public sealed class OperationTests
{
    [Fact]
    public void Growth_gives_two_votes_back_to_back()
    {
        var script = Grown();
        script.Do(Grow(4, 5));
        Assert.Equal((ModelEventKind.OperationBegun, "membership", "operation 1: four and five get a vote: more are wanted"), script.Told);
        Assert.Equal(new VoteChange(VoteChangeKind.Promote, Id(4)), Next(script));
        script.Refused(
            new FinishOperationCommand(1), RejectionReason.MembershipConflict, "operation 1 is not over: member four still has to get a vote");
        script.Vote(1, 2, 3, 4);
        Assert.Equal((ModelEventKind.MemberPromoted, "member four", "it votes: 4 do"), script.Told);
        Assert.Equal(new VoteChange(VoteChangeKind.Promote, Id(5)), Next(script));
        script.Vote(1, 2, 3, 4, 5);
        Assert.Null(Next(script));
        Assert.NotEqual(0, script.Membership.ShortSinceMilliseconds);
        script.Do(new FinishOperationCommand(1));
        Assert.Equal((ModelEventKind.OperationFinished, "membership", "operation 1 is done: 5 state servers vote"), script.Told);
        Assert.Null(script.Membership.Operation);
        Assert.Equal((1L, 0L), (script.Membership.LastOperation, script.Membership.ShortSinceMilliseconds));
        Assert.Equal((MemberMark.Member, MemberMark.Member), (script.Mark(4), script.Mark(5)));
        script.Refused(new FinishOperationCommand(1), RejectionReason.MembershipConflict, "operation 1 is not under way");
    }

    [Theory]
    [InlineData(false, "1,3", "1,3,4")]
    [InlineData(true, "1,2,3,4", "1,3,4")]
    public void A_swap_takes_and_gives_in_the_order_said(bool promoteFirst, string first, string second)
    {
        var script = new MembershipScript(3, 3);
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Join(4, replaces: 2);
        script.Do(Swap(4, 2, promoteFirst));
        Assert.Equal("operation 1: four gets a vote, and two loses it: it is lost", script.Told.Text);
        foreach (var voters in (string[])[first, second])
        {
            Carry(script);
            Assert.Equal(voters, string.Join(',', script.Membership.Voters));
        }

        Assert.Equal((MemberMark.Lost, MemberMark.Member), (script.Mark(2), script.Mark(4)));
        script.Do(new FinishOperationCommand(1));
        Assert.Equal(MemberMark.Leaving, script.Mark(2));
        script.Do(new RemoveMemberCommand(Id(2), "it was replaced"));
        Assert.Null(script.Standing(4).Replaces);
        Assert.Equal(0, script.Membership.ShortSinceMilliseconds);
    }

    [Fact]
    public void Shrinking_takes_two_and_those_are_leaving()
    {
        var script = new MembershipScript(5, 5);
        script.Do(new SetTargetCommand(3, MemberWish.None, false));
        script.Do(new MarkMemberLostCommand(Id(5), "silent"));
        script.Do(Shrink(5, 4));
        Assert.Equal("operation 1: five and four lose their votes: fewer are wanted", script.Told.Text);
        Assert.Equal((MemberMark.Lost, MemberMark.Leaving), (script.Mark(5), script.Mark(4)));
        Carry(script);
        Assert.Equal((ModelEventKind.MemberDemoted, "member five", "it votes no more: 4 do"), script.Told);
        Carry(script);
        script.Do(new FinishOperationCommand(1));
        Assert.Equal((MemberMark.Leaving, MemberMark.Leaving), (script.Mark(5), script.Mark(4)));
        script.Do(new RemoveMemberCommand(Id(4), ""));
        script.Do(new RemoveMemberCommand(Id(5), ""));
        Assert.Equal([Id(4), Id(5)], script.Membership.Tombstones);
    }

    [Fact]
    public void An_even_count_becomes_odd_by_one()
    {
        var script = new MembershipScript(4, 5);
        script.Refused(
            Shrink(4), RejectionReason.MembershipConflict, "4 state servers would become 3, and 5 are wanted");
        script.Join(5);
        script.Join(6);
        script.Refused(
            Grow(5, 6), RejectionReason.MembershipConflict, "4 state servers would become 6: operations end at an odd count");
        script.Refused(
            Swap(5, 4, true), RejectionReason.MembershipConflict, "4 state servers would become 4: operations end at an odd count");
        script.Do(Grow(5));
    }

    [Fact]
    public void Operations_that_lead_elsewhere_are_refused()
    {
        var script = Grown();
        script.Refused(Grow(4), RejectionReason.MembershipConflict, "3 state servers would become 4: operations end at an odd count");
        script.Refused(Shrink(3, 2), RejectionReason.MembershipConflict, "3 state servers would become 1, and 5 are wanted");
        script.Do(new SetTargetCommand(3, MemberWish.None, false));
        script.Refused(Grow(4, 5), RejectionReason.MembershipConflict, "3 state servers would become 5, and 3 are wanted");
        const string Shape = "growth gives 1 or 2, a swap gives and takes 1, shrinking takes 1 or 2";
        script.Refused(Grow(4, 5, 6), RejectionReason.InvalidArgument, $"an operation of kind 1 gives 3 votes and takes 0: {Shape}");
        script.Refused(Grow(4) with { Kind = 0 }, RejectionReason.InvalidArgument, $"an operation of kind 0 gives 1 votes and takes 0: {Shape}");
        script.Refused(Shrink(), RejectionReason.InvalidArgument, $"an operation of kind 3 gives 0 votes and takes 0: {Shape}");
        script.Refused(Grow(4, 4), RejectionReason.InvalidArgument, "an operation names a member twice");
        script.Refused(
            Grow(4) with { Promote = default }, RejectionReason.InvalidArgument, "an operation needs its lists of members, empty ones too");
        new MembershipScript(3).Refused(
            Shrink(3, 2), RejectionReason.MembershipConflict, "nobody said how many state servers there are to be: run ensure-availability first");
    }

    [Fact]
    public void Only_who_learns_gets_a_vote_and_only_who_has_one_loses_it()
    {
        var script = Grown();
        script.Do(Add(6));
        script.Refused(Grow(4, 6), RejectionReason.MembershipConflict, "member six can't get a vote: it was not taken in yet");
        script.Refused(Grow(4, 3), RejectionReason.MembershipConflict, "member three can't get a vote: it has one");
        script.Refused(Grow(4, 9), RejectionReason.MemberNotFound, "member 9 not found");
        script.Do(new MarkMemberLostCommand(Id(5), "silent"));
        script.Refused(Grow(4, 5), RejectionReason.MembershipConflict, "member five can't get a vote: it is lost");
        script.Refused(Swap(4, 5, true), RejectionReason.MembershipConflict, "member five has no vote to lose");
        script.Do(Swap(4, 3, true));
        script.Refused(
            Swap(4, 2, true),
            RejectionReason.MembershipConflict,
            "operation 1 is under way: four gets a vote, and three loses it");
        Carry(script);
        Carry(script);
        script.Do(new FinishOperationCommand(1));
        script.Refused(Swap(3, 2, true), RejectionReason.MembershipConflict, "member three can't get a vote: it is leaving");
    }

    [Fact]
    public void The_only_voter_is_swapped_by_giving_first()
    {
        var script = new MembershipScript(1, 1);
        script.Join(4);
        script.Refused(
            Swap(4, 1, false), RejectionReason.MembershipConflict, "the only state server can't lose its vote before another one has it");
        script.Do(Swap(4, 1, true));
    }

    [Fact]
    public void Before_its_first_change_an_operation_ends_without_a_trace()
    {
        var script = new MembershipScript(5, 5);
        script.Do(new SetTargetCommand(3, MemberWish.None, false));
        script.Do(Shrink(5, 4));
        script.Unchanged(new TurnOperationCommand(1, false, "still"));
        script.Do(new TurnOperationCommand(1, true, "three died"));
        Assert.Equal((ModelEventKind.OperationTurned, "membership", "operation 1 is given up before its first change: three died"), script.Told);
        Assert.Null(script.Membership.Operation);
        Assert.Equal((MemberMark.Member, MemberMark.Member), (script.Mark(4), script.Mark(5)));
        script.Refused(new TurnOperationCommand(1, true, ""), RejectionReason.MembershipConflict, "operation 1 is not under way");
        script.Do(Shrink(5, 4));
        script.Refused(new TurnOperationCommand(1, true, ""), RejectionReason.MembershipConflict, "operation 1 is not under way, but 2");
    }

    [Fact]
    public void Half_done_it_goes_back_in_the_opposite_order_and_forward_again()
    {
        var script = Grown();
        script.Do(Grow(4, 5));
        Carry(script);
        script.Do(new TurnOperationCommand(1, true, "five died"));
        Assert.Equal("operation 1 is taken back: five died", script.Told.Text);
        script.Unchanged(new TurnOperationCommand(1, true, "five died again"));
        Assert.Equal(new VoteChange(VoteChangeKind.Remove, Id(4)), Next(script));
        script.Do(new TurnOperationCommand(1, false, "five is back"));
        Assert.Equal("operation 1 is carried on after all: five is back", script.Told.Text);
        Assert.Equal(new VoteChange(VoteChangeKind.Promote, Id(5)), Next(script));
        script.Do(new TurnOperationCommand(1, true, "five died for good"));
        Carry(script);
        Assert.Equal(MemberMark.Requested, script.Mark(4));
        script.Refused(
            new TurnOperationCommand(1, false, ""), RejectionReason.MembershipConflict, "operation 1 is over: it can't be turned any more");
        script.Do(new FinishOperationCommand(1));
        Assert.Equal("operation 1 is taken back: 3 state servers vote", script.Told.Text);
        Assert.Equal(3, script.Membership.Voters.Count);
    }

    [Fact]
    public void Who_is_to_be_replaced_at_an_operators_word_leaves_still_when_the_operation_is_taken_back()
    {
        var script = new MembershipScript(3, 3);
        script.Do(new ReplaceMemberCommand(Id(2), "an old disk"));
        script.Join(4, replaces: 2);
        script.Do(Swap(4, 2, promoteFirst: true));
        script.Do(new TurnOperationCommand(1, true, "four fell behind"));
        Assert.Null(script.Membership.Operation);
        Assert.Equal((MemberMark.Leaving, "an old disk"), (script.Mark(2), script.Standing(2).Reason));

        script.Do(Swap(4, 2, promoteFirst: true));
        Carry(script);
        script.Do(new TurnOperationCommand(2, true, "four fell behind"));
        Carry(script);
        script.Do(new FinishOperationCommand(2));
        Assert.Equal((MemberMark.Leaving, MemberMark.Requested), (script.Mark(2), script.Mark(4)));

        // One that leaves for this operation alone, as for the zones' balance, stays.
        script.Join(5, zone: "a");
        script.Do(Swap(5, 3, promoteFirst: true));
        script.Do(new TurnOperationCommand(3, true, "five fell behind"));
        Assert.Equal((MemberMark.Member, "it stays"), (script.Mark(3), script.Standing(3).Reason));
    }

    /// <summary>A change that the last leader made may come to light late.</summary>
    [Fact]
    public void One_that_is_carried_on_when_all_is_done_is_finished_like_any_other()
    {
        var script = Grown();
        script.Do(Grow(4, 5));
        Carry(script);
        script.Do(new TurnOperationCommand(1, true, "five died"));
        script.Vote(1, 2, 3, 4, 5);
        script.Do(new TurnOperationCommand(1, false, "five votes after all"));
        Assert.Equal("operation 1 is carried on after all: five votes after all", script.Told.Text);
        script.Do(new FinishOperationCommand(1));
        Assert.Equal("operation 1 is done: 5 state servers vote", script.Told.Text);
    }

    [Fact]
    public void Another_newcomer_takes_the_place_of_one_that_died()
    {
        var script = Grown();
        script.Join(6);
        script.Join(7);
        script.Do(Grow(4, 5));
        Carry(script);
        script.Refused(
            new SubstituteCommand(1, Id(4), Id(6)),
            RejectionReason.MembershipConflict,
            "member four can't be substituted: operation 1 is not about to give it a vote");
        script.Refused(
            new SubstituteCommand(1, Id(5), Id(4)), RejectionReason.MembershipConflict, "member four takes part in operation 1 already");
        script.Refused(new SubstituteCommand(1, Id(5), Id(3)), RejectionReason.MembershipConflict, "member three can't get a vote: it has one");
        script.Do(new SubstituteCommand(1, Id(5), Id(6)));
        Assert.Equal((ModelEventKind.MemberSubstituted, "member six", "operation 1 gives it the vote that member five was to get"), script.Told);
        Assert.Equal(new VoteChange(VoteChangeKind.Promote, Id(6)), Next(script));
        script.Do(new TurnOperationCommand(1, true, "six died"));
        script.Refused(
            new SubstituteCommand(1, Id(6), Id(7)),
            RejectionReason.MembershipConflict,
            "member six can't be substituted: operation 1 is not about to give it a vote");
    }

    [Fact]
    public void Who_votes_is_known_from_configuration_entries_alone()
    {
        var script = new Apply.Script();
        script.Run(new RegisterMemberCommand(Member(1)));
        script.Run(new RaiseFeatureLevelCommand(4));
        script.Run(new SetTargetCommand(3, MemberWish.None, false));
        var refused = Assert.IsType<Rejection>(script.Run(Shrink(1)));
        Assert.Equal("who votes is not known yet", refused.Detail);
        Assert.Equal("who votes is not known yet", Assert.IsType<Rejection>(script.Run(new RemoveMemberCommand(Id(1), ""))).Detail);
        var digest = script.State.Digest;
        script.Vote(1);
        Assert.Equal([Id(1)], script.State.Membership.Voters);
        Assert.NotEqual(digest, script.State.Digest);
        var again = (script.State.Digest, script.State.Keyspace.Revision);
        script.Vote(1);
        Assert.Equal(again, (script.State.Digest, script.State.Keyspace.Revision));
    }

    private static MembershipScript Grown()
    {
        var script = new MembershipScript(3, 5);
        script.Join(4);
        script.Join(5);
        return script;
    }

    private static VoteChange? Next(MembershipScript script) => script.Membership.Operation!.NextChange(script.Membership.Voters);

    /// <summary>Makes the operation's next change.</summary>
    private static void Carry(MembershipScript script)
    {
        var next = Next(script)!.Value;
        var voters = next.Kind == VoteChangeKind.Promote ? script.Membership.Voters.Add(next.Node) : script.Membership.Voters.Remove(next.Node);
        script.Vote([.. voters.Select(voter => voter.Value)]);
    }
}
