using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using static StateServer.Chaos.Histories.ModelOperationKind;
using static StateServer.Chaos.Histories.OperationStatus;

namespace StateServer.Chaos.Tests;

/// <summary>What the checker of deploys lets pass, and each thing that it must find.</summary>
public sealed class DeployCheckerTests
{
    /// <summary>A service with two units, placed by the leader.</summary>
    private static ModelHistoryBuilder Web => new ModelHistoryBuilder()
        .Step("+web", "+web/0", "+web/1").Did(Deploy, Ok, "web", 2, added: "web/0 web/1")
        .Step("+0@a", "+1@b", "web/0>0", "web/1>1");

    [Fact]
    public void Acknowledged_changes_once_each_and_what_the_leader_does_hold()
    {
        Holds(Web
            .Step("+web/2").Did(AddUnits, Ok, "web", 1, added: "web/2")
            .Step("+2@c", "web/2>2").Step("+3@a").Did(AddMachines, Ok, count: 1, added: "3")
            .Step("~web/1").Did(RemoveUnits, Ok, named: "web/1").Step("-web/1")
            .Step("-3").Did(RemoveMachines, Ok, named: "3")
            .Step("~web", "-web/0", "-web/2").Did(RemoveService, Ok, "web")
            .Step("-web")
            .Step("+web", "+web/0").Did(Deploy, Ok, "web", 1, added: "web/0")
            .Step("+4@a", "web/0>4"));
    }

    [Fact]
    public void An_unknown_change_may_take_effect_late_or_never()
    {
        Holds(Web.Did(AddUnits, Unknown, "web", 2).Did(AddUnits, Unknown, "web", 3).Did(RemoveUnits, Unknown, named: "web/0")
            .Step("+web/2", "+web/3").Step("~web/0"));
    }

    [Fact]
    public void A_removal_that_finds_its_unit_dying_already_holds() =>
        Holds(Web.Step("~web/0").Did(RemoveUnits, Ok, named: "web/0").Did(RemoveUnits, Ok, named: "web/0", revision: 4).Step("-web/0"));

    [Fact]
    public void A_deploy_that_was_executed_twice_is_found() =>
        Violates("unit web/2 was made, unit web/3 was made: no operation explains it", Web.Step("+web/2", "+web/3"));

    [Fact]
    public void An_unknown_change_that_took_effect_twice_is_found() =>
        Violates("web/3 was made", Web.Did(AddUnits, Unknown, "web", 1).Step("+web/2").Step("+web/3"));

    [Fact]
    public void An_unknown_change_never_takes_effect_before_it_was_sent() =>
        Violates("web/2 was made", Web.Step("+web/2").Did(AddUnits, Unknown, "web", 1, floor: 4));

    [Fact]
    public void A_refused_change_that_took_effect_is_found()
    {
        Violates("web/2 was made", Web.Did(AddUnits, Fail, "web", 1).Step("+web/2"));
        Violates("units/web/0 was removed", Web.Did(RemoveUnits, Fail, named: "web/0").Step("-web/0"));
    }

    [Fact]
    public void More_or_fewer_units_than_were_asked_for_are_found()
    {
        Violates("not even the adding of 2 units", Web.Step("+web/2").Did(AddUnits, Ok, "web", 2, added: "web/2 web/3"));
        Violates("web/3 was made", Web.Step("+web/2", "+web/3").Did(AddUnits, Ok, "web", 1, added: "web/2"));
        Violates("web/2 was made", Web.Did(AddUnits, Unknown, "web", 2).Step("+web/2"));
    }

    [Fact]
    public void Other_names_than_the_acknowledged_ones_are_found() =>
        Violates("web/2 was made", Web.Step("+web/2").Did(AddUnits, Ok, "web", 1, added: "web/7"));

    [Fact]
    public void An_acknowledged_change_that_nothing_came_of_is_found()
    {
        Violates("nothing came of it", Web.Did(AddUnits, Ok, "web", 1, added: "web/2"));
        Violates("nothing came of it", Web.Did(AddMachines, Ok, count: 1, added: "2"));
        Violates("units/web/1 lives on", Web.Did(RemoveUnits, Ok, named: "web/1"));
        Violates("machines/0 lives on", Web.Did(RemoveMachines, Ok, named: "0"));
        Violates("lives on", Web.Did(RemoveService, Ok, "web"));
    }

    [Fact]
    public void Ends_that_nobody_asked_for_are_found()
    {
        Violates("units/web/1 was removed", Web.Step("~web/1"));
        Violates("machines/1 was removed", Web.Step("-web/1").Did(RemoveUnits, Ok, named: "web/1").Step("-1"));
        Violates("services/web was removed", Web.Step("~web"));
        Violates("units/web/0 was removed", Web.Step("~web/0", "~web/1").Did(RemoveUnits, Ok, named: "web/1"));
        Violates("units/web/0 was removed", Web.Step("~web", "~web/0").Did(RemoveService, Ok, "web"));
    }

    [Fact]
    public void A_unit_number_that_was_given_out_before_is_found() =>
        Violates("that number was given out before", Web.Step("-web/1").Did(RemoveUnits, Ok, named: "web/1").Step("+web/1").Did(AddUnits, Ok, "web", 1, added: "web/1"));

    [Fact]
    public void A_gap_in_the_numbers_is_found()
    {
        Violates("the next number was 2", Web.Step("+web/3").Did(AddUnits, Ok, "web", 1, added: "web/3"));
        Violates("the next number was 2", Web.Step("+3@a").Did(AddMachines, Ok, count: 1, added: "3"));
    }

    [Fact]
    public void A_machine_number_that_was_given_out_before_is_found() =>
        Violates("that number was given out before", Web
            .Step("+2@a").Did(AddMachines, Ok, count: 1, added: "2").Step("-2").Did(RemoveMachines, Ok, named: "2").Step("+2@a").Did(AddMachines, Ok, count: 1, added: "2"));

    [Fact]
    public void A_machine_that_neither_an_operator_nor_the_leader_asked_for_is_found() =>
        Violates("machine 2 was made", Web.Step("+2@a"));

    [Fact]
    public void A_unit_that_moves_though_nothing_was_lost_is_found()
    {
        Violates("though nothing was lost", Web.Step("web/0>1"));
        Violates("though nothing was lost", Web.Step("web/0"));
    }

    [Fact]
    public void Halves_of_a_command_are_found()
    {
        Violates("which there is none", new ModelHistoryBuilder().Step("+web", "+web/0").Did(Deploy, Ok, "web", 1, added: "web/0").Step("web/0>0"));
        Violates("there is no service web", new ModelHistoryBuilder().Step("+web/0").Did(AddUnits, Ok, "web", 1, added: "web/0"));
        Violates("no service web", Web.Step("~web/1").Did(RemoveUnits, Ok, named: "web/1").Step("-web", "-web/0").Did(RemoveService, Ok, "web"));
    }

    [Fact]
    public void Steps_that_overlap_are_found() => Assert.Contains("the view's history", DeployChecker.Check(new ModelEvidence
    {
        EmptyAt = 1,
        Steps = [new ModelStep(1, 3, [], []), new ModelStep(2, 4, [], [])],
        Operations = [],
        Looks = [],
    }).Detail, StringComparison.Ordinal);

    [Fact]
    public void Answers_are_compared_with_the_view_at_their_revisions()
    {
        string[] atTwo = ["services/web", "units/web/0", "units/web/1"];
        string[] atThree = [.. atTwo, "machines/0", "machines/1"];
        Holds(Web.Saw(3, 2, atThree).Saw(2, 2, atTwo).Saw(1, 1));
        Violates("m0's answer of revision 2 is not what the view has there: machines/0", Web.Saw(2, 2, atThree));
        Violates("m0's answer of revision 3 is not what the view has there: machines/0", Web.Saw(3, 2, atTwo));
        Violates("had been told of 3 before it asked", Web.Saw(2, 3, atTwo));
    }

    [Fact]
    public void What_came_and_went_in_a_leap_is_taken_on_trust()
    {
        Holds(Web.Did(AddUnits, Ok, "web", 2, added: "web/2 web/3", revision: 4).Did(RemoveUnits, Ok, named: "web/2 web/0", revision: 6)
            .Did(AddUnits, Unknown, "web", 3).CreatedAt("web/3", 4).CreatedAt("web/6", 5)
            .Saw(5, 3, "units/nobody/0")
            .Leap(5, "web", "web/1>1", "web/3>5", "web/6", "0@a", "1@b", "5@c")
            .Step("+web/7").Did(AddUnits, Ok, "web", 1, added: "web/7")
            .Step("+9@a").Did(AddMachines, Ok, count: 1, added: "9"));
    }

    [Fact]
    public void What_a_leap_shows_must_be_explained_all_the_same()
    {
        Violates("units/web/2 came, told behind a leap", Web.CreatedAt("web/2", 5).Leap(5, "web", "web/0>0", "web/1>1", "web/2", "0@a", "1@b"));
        Violates("units/web/1 was removed: no operation explains it", Web.Leap(5, "web", "web/0>0", "0@a", "1@b"));
        Violates("that number was given out before", Web
            .Did(AddUnits, Ok, "web", 1, added: "web/1", revision: 5).Did(RemoveUnits, Ok, named: "web/1", revision: 4).CreatedAt("web/1", 5)
            .Leap(5, "web", "web/0>0", "web/1", "0@a", "1@b"));
    }

    [Fact]
    public void A_run_without_a_unit_proves_nothing() => Assert.Equal(Conclusion.Undecided, new ModelHistoryBuilder().Judge().Conclusion);

    private static void Holds(ModelHistoryBuilder history)
    {
        Verdict verdict = history.Judge();
        Assert.True(verdict.Conclusion == Conclusion.Holds, verdict.Detail);
    }

    private static void Violates(string why, ModelHistoryBuilder history)
    {
        Verdict verdict = history.Judge();
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }
}
