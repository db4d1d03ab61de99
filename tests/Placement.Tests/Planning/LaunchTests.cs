using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Tests.Planning;

/// <summary>What becomes of machines whose launch fails.</summary>
public sealed class LaunchTests
{
    private readonly World _world = World.OfThree();

    [Fact]
    public void A_launch_that_found_no_room_moves_on_and_the_zone_is_remembered()
    {
        _world.Deploy("web", 3);
        _world.Do();
        _world.Launch(World.C);
        Assert.Equal(["reserve zone a for machine 2"], _world.Do().Steps.Select(s => s.ToString()));
        _world.AddUnits("web", 2);
        _world.Do();
        Assert.Equal([3, 2, 0], _world.Spread("web"));
    }

    [Fact]
    public void A_zone_that_was_asked_for_is_tried_again_and_no_other()
    {
        MachineId machine = _world.AddMachine(null, MachineStatus.Pending, new PlacementDirective(World.B, null));
        _world.Do();
        _world.Launch(World.B);
        Plan plan = _world.Do();
        Assert.Empty(plan.Steps);
        Assert.Equal(
            "all zones failed (b: no room (no room), passed over for 180 s more); tried again in 10 s, after round 1",
            Assert.Single(plan.Report.Decisions).Awaits);
        _world.Now += 10_000;
        Assert.Equal(
            ["forget the failures of zones b for machine 0 after round 1 and 10 s", "reserve zone b for machine 0"],
            _world.Do().Steps.Select(s => s.ToString()));
        Assert.Equal(World.B, _world.Model.Machines[machine].Zone);
        Assert.Empty(_world.Plan().Steps);
    }

    [Fact]
    public void When_all_zones_failed_they_are_tried_again_with_growing_pauses_up_to_a_limit()
    {
        MachineId machine = _world.AddMachine(null, MachineStatus.Pending);
        List<long> pauses = [];
        for (int look = 0; look < 1000 && pauses.Count < 7; look++)
        {
            Plan plan = _world.Do();
            _world.Launch(World.A, World.B, World.C);
            if (plan.Report.LookAgainAtMilliseconds is { } again)
            {
                Assert.InRange(again, _world.Now + 1, _world.Now + PlanningLimits.LongestBackOffMilliseconds);
                pauses.Add((again - _world.Now) / 1000);
                _world.Now = again;
            }
        }

        Assert.Equal([10, 20, 40, 80, 160, 180, 180], pauses);
        Assert.Equal(MachineRecord.MostAttempts, _world.Model.Machines[machine].Attempts.Length);
    }

    [Fact]
    public void A_zone_that_becomes_unusable_before_the_launch_is_left()
    {
        _world.AddMachine(World.A, MachineStatus.Pending);
        _world.SeeUnusable(World.A, "impaired");
        Assert.Equal(["machine 0 leaves zone a (impaired) for zone b"], _world.Do().Steps.Select(s => s.ToString()));
        Assert.Empty(_world.Model.Zones);
    }

    [Fact]
    public void A_zone_that_the_provider_no_longer_lists_is_left()
    {
        _world.AddMachine(new Zone("x"), MachineStatus.Pending);
        Assert.Equal(["machine 0 leaves zone x (the provider lists it no more) for zone a"], _world.Do().Steps.Select(s => s.ToString()));
    }

    [Fact]
    public void A_zone_where_another_machine_s_launch_found_no_room_is_left()
    {
        _world.AddMachine(World.A, MachineStatus.Pending);
        _world.Avoid(World.A, 42_000);
        Assert.Equal(
            ["machine 0 leaves zone a (no room (full), passed over for 42 s more) for zone b"], _world.Do().Steps.Select(s => s.ToString()));
    }

    /// <summary>A machine that finds no other zone gives up its own: nobody launches it there, and the next one doesn't see it there.</summary>
    [Fact]
    public void A_machine_that_finds_no_other_zone_waits_without_one()
    {
        MachineId machine = _world.AddMachine(World.A, MachineStatus.Pending, new PlacementDirective(World.A, null));
        _world.Model = _world.Model with { Zones = _world.Model.Zones.Add(World.A, new ZoneRecord(World.A, true, 0, "")) };
        Plan plan = _world.Do();
        Assert.Equal(["machine 0 leaves zone a (cordoned) for none: it waits"], plan.Steps.Select(s => s.ToString()));
        Assert.Equal("no zone is left (a: cordoned)", Assert.Single(plan.Report.Decisions).Awaits);
        Assert.Empty(_world.Plan().Steps);
        _world.Model = _world.Model with { Zones = _world.Model.Zones.Clear() };
        Assert.Equal(["reserve zone a for machine 0"], _world.Do().Steps.Select(s => s.ToString()));
        Assert.Equal(World.A, _world.Model.Machines[machine].Zone);
    }

    /// <summary>An operator who asks again, or asks for something else, doesn't wait for the pause: both clear the message.</summary>
    [Fact]
    public void A_machine_that_was_asked_again_does_not_wait_for_the_pause()
    {
        MachineId machine = _world.AddMachine(null, MachineStatus.Pending);
        for (int round = 0; round < 3; round++)
        {
            _world.Do();
            _world.Launch(World.A, World.B, World.C);
        }

        Assert.Empty(_world.Plan().Steps);
        _world.Change(machine, m => m with { Message = "" });
        Assert.Equal(
            ["forget the failures of zones a, b, c for machine 0 after round 1 and 10 s", "reserve zone a for machine 0"],
            _world.Do().Steps.Select(s => s.ToString()));
    }

    [Fact]
    public void A_launch_whose_outcome_is_unknown_keeps_its_zone()
    {
        _world.AddMachine(World.A, MachineStatus.Launching);
        _world.SeeUnusable(World.A);
        Assert.Empty(_world.Plan().Steps);
    }

    [Theory]
    [InlineData(LaunchOutcome.QuotaExceeded)]
    [InlineData(LaunchOutcome.Unauthorized)]
    [InlineData(LaunchOutcome.InvalidRequest)]
    public void Where_no_zone_helps_the_provider_s_word_is_passed_on(LaunchOutcome outcome)
    {
        MachineId machine = _world.AddMachine(World.A, MachineStatus.Pending);
        _world.Change(machine, m => m with { Attempts = [new LaunchAttempt(1, World.A, "", outcome, "no such image", 1, 2)] });
        Plan plan = _world.Plan();
        Assert.Empty(plan.Steps);
        Assert.Equal("the provider refused the launch in zone a: no such image; no other zone helps", Assert.Single(plan.Report.Decisions).Awaits);
    }

    [Fact]
    public void A_sight_of_a_zone_without_room_counts_like_a_failure()
    {
        _world.Sights = [_world.Sights[0] with { ExhaustedUntilMilliseconds = _world.Now + 1000 }, .. _world.Sights[1..]];
        _world.Deploy("web", 1);
        Decision decision = Assert.Single(_world.Plan().Report.Decisions);
        Assert.Equal("no room, passed over for 1 s more", decision.Zones[0].Reason);
        Assert.Contains("zone b", decision.Chosen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_held_skew_keeps_a_machine_from_moving_on()
    {
        _world.Deploy("web", 3, when: WhenUnsatisfiable.Refuse);
        _world.Do();
        _world.Launch(World.C);
        Plan plan = _world.Do();
        Assert.Empty(plan.Steps);
        Assert.StartsWith("no zone is left (a: web would be 2 apart, 1 allowed; ", Assert.Single(plan.Report.Decisions).Awaits, StringComparison.Ordinal);
        _world.Now = plan.Report.LookAgainAtMilliseconds!.Value;
        Assert.Equal(["reserve zone c for machine 2"], _world.Do().Steps.Select(s => s.ToString()));
    }

    [Fact]
    public void The_pause_is_bounded_however_many_attempts_there_were() =>
        Assert.Equal(PlanningLimits.LongestBackOffMilliseconds, BackOff.Milliseconds(BackOff.Rounds(int.MaxValue, 1)));
}
