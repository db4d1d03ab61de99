using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Tests.Membership;

/// <summary>How many state servers an operator may want.</summary>
public sealed class TargetTests
{
    [Theory]
    [InlineData(-1, "number of state servers must be odd and non-negative")]
    [InlineData(-2, "number of state servers must be odd and non-negative")]
    [InlineData(2, "number of state servers must be odd and non-negative")]
    [InlineData(8, "number of state servers must be odd and non-negative")]
    [InlineData(9, "state server count is too large (allowed 7)")]
    public void Other_numbers_are_refused_in_Juju_s_words(int target, string message) =>
        new MembershipScript().Refused(Target(target), RejectionReason.InvalidArgument, message);

    [Theory]
    [InlineData(1, 0, 3)]
    [InlineData(2, 0, 3)]
    [InlineData(4, 0, 5)]
    [InlineData(5, 0, 5)]
    [InlineData(3, 7, 7)]
    [InlineData(1, 1, 3)]
    public void No_number_keeps_what_there_is_and_makes_it_three_at_least(int voters, int before, int after)
    {
        var script = new MembershipScript(voters, before);
        script.Do(Target(0));
        Assert.Equal(after, script.Membership.Target);
    }

    [Fact]
    public void A_single_one_instead_of_more_is_said_twice()
    {
        var script = new MembershipScript(3, 3);
        script.Refused(
            Target(1),
            RejectionReason.MembershipConflict,
            "cannot reduce state server count from 3 to 1: nothing would survive a loss; use --force");
        script.Do(Target(1) with { Force = true });
        Assert.Equal(1, script.Membership.Target);
        new MembershipScript(1).Do(Target(1));
        var seven = new MembershipScript(7, 7);
        seven.Do(Target(5));
        seven.Do(Target(3));
        Assert.Equal((ModelEventKind.TargetSet, "membership", "3 state servers are wanted"), seven.Told);
    }

    [Fact]
    public void The_same_again_changes_nothing()
    {
        var script = new MembershipScript();
        var wish = new MemberWish("xenial", Constraints.None with { MemoryMiB = 2048 }, [Zone("b")]);
        script.Do(Target(5) with { Wish = wish });
        script.Unchanged(Target(5) with { Wish = new MemberWish("xenial", Constraints.None with { MemoryMiB = 2048 }, [Zone("b")]) });
        script.Unchanged(Target(5));
        script.Unchanged(new SetTargetCommand(5, new MemberWish(null, null, default), false));
        Assert.Equal("xenial", script.Membership.Wish.Series);
        script.Do(Target(5) with { Wish = wish with { Series = "trusty" } });
        Assert.Equal("trusty", script.Membership.Wish.Series);
    }

    [Fact]
    public void A_wish_that_makes_no_sense_is_refused()
    {
        var script = new MembershipScript();
        script.Refused(Wish(new("x y", null, [])), RejectionReason.InvalidArgument, "invalid series \"x y\": use 1 to 255 visible ASCII characters");
        script.Refused(
            Wish(new(null, Constraints.None with { MemoryMiB = -1 }, [])), RejectionReason.InvalidArgument, "a constraint is negative: use 0 or more");
        script.Refused(
            Wish(new(null, null, [new PlacementDirective(null, new MachineId(3))])),
            RejectionReason.InvalidArgument,
            "unknown placement directive: 3; a machine is placed by zone=NAME");
        script.Refused(
            Wish(new(null, null, [.. Enumerable.Repeat(Zone("a"), 8)])), RejectionReason.InvalidArgument, "8 placement directives: at most 7");
        new MembershipScript(bootstrap: false).Refused(
            Wish(new("trusty", null, [])), RejectionReason.MembershipConflict, "there is no environment yet; bootstrap one first");
    }

    [Fact]
    public void Below_its_level_membership_is_refused_and_voters_are_not_noted()
    {
        var script = new Model.ModelScript();
        script.Refused(Target(3), RejectionReason.FeatureLevel, "changes of members need feature level 4, and 3 is in force");
        var before = script.Script.State;
        script.Script.Vote(1);
        Assert.Same(before, script.Script.State);
    }

    [Fact]
    public void The_moment_that_redundancy_is_lost_is_kept_until_it_is_full_again_and_then_that_one()
    {
        var script = new MembershipScript(3);
        Assert.Equal(0, script.Membership.ShortSinceMilliseconds);
        Assert.Equal(0, script.Membership.FullSinceMilliseconds);
        script.Do(Target(3));
        Assert.Equal((0L, 1_000L), (script.Membership.ShortSinceMilliseconds, script.Membership.FullSinceMilliseconds));
        script.Now = 2_000;
        script.Do(new MarkMemberLostCommand(MembershipScript.Id(2), "silent"));
        script.Now = 3_000;
        script.Do(Target(5));
        Assert.Equal((2_000L, 0L), (script.Membership.ShortSinceMilliseconds, script.Membership.FullSinceMilliseconds));
        script.Do(Target(3));
        script.Do(new MarkMemberReturnedCommand(MembershipScript.Id(2)));
        Assert.Equal((0L, 3_000L), (script.Membership.ShortSinceMilliseconds, script.Membership.FullSinceMilliseconds));
        script.Now = 4_000;
        script.Do(Target(3));
        Assert.Equal(3_000, script.Membership.FullSinceMilliseconds);
    }

    private static SetTargetCommand Target(int target) => new(target, MemberWish.None, false);

    private static SetTargetCommand Wish(MemberWish wish) => new(3, wish, false);

    private static PlacementDirective Zone(string zone) => new(new Zone(zone), null);
}
