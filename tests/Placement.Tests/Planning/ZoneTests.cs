using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Tests.Planning;

/// <summary>Which zone a unit or machine gets, rule by rule, and what is said where it gets none.</summary>
public sealed class ZoneTests
{
    private readonly World _world = World.OfThree();

    [Theory]
    [InlineData(10, 4, 3, 3)]
    [InlineData(20, 7, 7, 6)]
    [InlineData(3, 1, 1, 1)]
    public void Units_are_spread_evenly(int units, int a, int b, int c)
    {
        _world.Deploy("web", units);
        Assert.All(_world.Do().Steps, step => Assert.IsType<AddMachineStep>(step));
        Assert.Equal([a, b, c], _world.Spread("web"));
    }

    [Fact]
    public void Two_launches_at_once_do_not_both_take_the_emptiest_zone()
    {
        _world.AddMachine(null, MachineStatus.Pending);
        _world.AddMachine(null, MachineStatus.Pending);
        Assert.Equal(["reserve zone a for machine 0", "reserve zone b for machine 1"], Steps(_world.Do()));
    }

    [Fact]
    public void A_zone_reserved_and_not_launched_counts()
    {
        _world.AddMachine(World.A, MachineStatus.Pending);
        _world.AddMachine(null, MachineStatus.Pending);
        Assert.Equal(["reserve zone b for machine 1"], Steps(_world.Do()));
    }

    [Fact]
    public void Of_zones_with_as_many_of_the_group_the_one_with_fewer_machines_is_taken()
    {
        _world.AddMachine(World.A, MachineStatus.Pending);
        _world.AddMachine(World.B, MachineStatus.Pending);
        _world.Deploy("web", 1);
        Assert.Equal(["add machine 2 in zone c and place web/0 on it"], Steps(_world.Plan()));
    }

    [Fact]
    public void The_group_counts_before_all_machines()
    {
        _world.Deploy("web", 1);
        _world.Do();
        _world.AddMachine(World.B, MachineStatus.Pending);
        _world.AddMachine(World.B, MachineStatus.Pending);
        _world.AddMachine(World.C, MachineStatus.Pending);
        _world.AddMachine(World.C, MachineStatus.Pending);
        _world.AddMachine(World.C, MachineStatus.Pending);
        _world.AddUnits("web", 1);
        Assert.Equal(["add machine 6 in zone b and place web/1 on it"], Steps(_world.Plan()));
    }

    [Fact]
    public void A_machine_that_hosts_several_services_counts_in_each()
    {
        MachineId busy = _world.AddMachine(World.A);
        _world.Deploy("web");
        _world.Deploy("db");
        _world.AddUnits("web", 1, new PlacementDirective(null, busy));
        _world.AddUnits("db", 1, new PlacementDirective(null, busy));
        _world.Do();
        _world.AddMachine(World.B, MachineStatus.Pending);
        _world.AddMachine(World.C, MachineStatus.Pending);
        _world.AddUnits("web", 1);
        _world.AddUnits("db", 1);
        _world.Do();
        Assert.Equal(1, _world.Spread("web")[0]);
        Assert.Equal(1, _world.Spread("db")[0]);
    }

    /// <summary>Where a state server goes is the members' planner's to say: two planners would move it to and fro.</summary>
    [Fact]
    public void A_state_servers_machine_that_waits_for_a_zone_is_left_to_the_members_planner()
    {
        MachineId next = _world.AddMachine(null, MachineStatus.Pending);
        _world.Change(next, m => m with { StateServer = new NodeId(3) });
        Assert.Empty(Steps(_world.Plan()));
    }

    [Fact]
    public void A_zone_that_was_asked_for_is_obeyed()
    {
        _world.Deploy("web");
        _world.AddUnits("web", 4, new PlacementDirective(World.C, null));
        _world.Do();
        Assert.Equal([0, 0, 4], _world.Spread("web"));
        Assert.All(_world.Model.Machines.Values, m => Assert.Equal(World.C, m.Directive.Zone));
    }

    [Fact]
    public void A_zone_that_was_asked_for_and_is_unknown_is_refused()
    {
        _world.Deploy("web");
        _world.AddUnits("web", 1, new PlacementDirective(new Zone("x"), null));
        Assert.Equal("invalid availability zone \"x\"", Waits(_world.Plan()));
    }

    [Fact]
    public void A_zone_that_was_asked_for_and_is_unavailable_never_falls_back()
    {
        _world.SeeUnusable(World.C);
        _world.Deploy("web");
        _world.AddUnits("web", 1, new PlacementDirective(World.C, null));
        Assert.Equal("availability zone \"c\" is unavailable", Waits(_world.Plan()));
        _world.SeeUnusable(World.C, "impaired");
        Assert.Equal("availability zone \"c\" is unavailable (impaired)", Waits(_world.Plan()));
        MachineId machine = _world.AddMachine(null, MachineStatus.Pending, new PlacementDirective(World.C, null));
        Assert.Contains(_world.Plan().Report.Decisions, d => d.Machine == machine && d.Awaits == "availability zone \"c\" is unavailable (impaired)");
    }

    [Fact]
    public void With_availability_sets_nothing_is_placed_where_it_was_asked_for()
    {
        _world.Settings = _world.Settings with { AvailabilitySetsEnabled = true };
        _world.Deploy("web");
        _world.AddUnits("web", 1, new PlacementDirective(World.C, null));
        Assert.Equal("unit placement is not supported with availability-sets-enabled", Waits(_world.Plan()));
        _world.AddUnits("web", 1, new PlacementDirective(null, _world.AddMachine(World.A)));
        Plan plan = _world.Plan();
        Assert.Empty(plan.Steps);
        Assert.All(plan.Report.Decisions, d => Assert.Equal("unit placement is not supported with availability-sets-enabled", d.Awaits));
    }

    [Fact]
    public void With_availability_sets_no_machine_is_reused()
    {
        _world.Settings = _world.Settings with { AvailabilitySetsEnabled = true };
        _world.AddMachine(World.A);
        _world.Deploy("web", 1);
        Assert.IsType<AddMachineStep>(Assert.Single(_world.Plan().Steps));
    }

    [Fact]
    public void Each_rule_that_filters_a_zone_out_says_why()
    {
        _world.Sights = [.. "abcdef".Select(c => ZoneSight.Usable(new Zone(c.ToString())))];
        _world.SeeUnusable(World.A, "impaired");
        _world.Settings = _world.Settings with { ZoneFilter = [World.A, World.C, new Zone("d"), new Zone("e"), new Zone("f")] };
        _world.Model = _world.Model with { Zones = _world.Model.Zones.Add(new Zone("d"), new ZoneRecord(new Zone("d"), true, 0, "")) };
        _world.Avoid(new Zone("e"), 42_000);
        _world.Deploy("web", 1, constraints: Constraints.None with { Zones = [World.A, World.B, new Zone("d"), new Zone("e"), new Zone("f")] });
        Decision decision = Assert.Single(_world.Plan().Report.Decisions);
        Assert.Equal(
            [
                "a usable impaired",
                "b environment the environment uses a, c, d, e, f alone",
                "c constraint zones=a,b,d,e,f",
                "d cordon cordoned",
                "e capacity no room (full), passed over for 42 s more",
                "f  ",
            ],
            decision.Zones.Select(z => $"{z.Zone} {z.Rule} {z.Reason}"));
        Assert.Equal("add machine 0 in zone f and place web/0 on it", decision.Chosen);
    }

    [Fact]
    public void Where_no_zone_is_left_units_that_are_alike_wait_with_one_reason()
    {
        _world.Deploy("web", 5, constraints: Constraints.None with { Zones = [new Zone("x")] });
        Decision decision = Assert.Single(_world.Plan().Report.Decisions);
        Assert.Equal("no zone is left (a: zones=x; b: zones=x; c: zones=x)", decision.Awaits);
        Assert.Equal(4, decision.OthersAlike);
    }

    [Fact]
    public void Where_the_provider_lists_no_zones_that_is_said()
    {
        _world.Sights = [];
        _world.Deploy("web", 1);
        Assert.Equal("the provider lists no zones", Waits(_world.Plan()));
    }

    [Fact]
    public void A_skew_that_is_to_be_held_is_held_and_said()
    {
        _world.Avoid(World.C, 100_000);
        _world.Deploy("web", 5, skew: 1, WhenUnsatisfiable.Refuse);
        Plan plan = _world.Do();
        Assert.Equal([1, 1, 0], _world.Spread("web"));
        Decision waits = Assert.Single(plan.Report.Decisions, d => d.Awaits is not "");
        Assert.Equal("no zone is left (a: web would be 2 apart, 1 allowed; b: web would be 2 apart, 1 allowed; c: no room (full), passed over for 100 s more)", waits.Awaits);
        Assert.Equal(2, waits.OthersAlike);
        Assert.Equal(_world.Now + 100_000, plan.Report.LookAgainAtMilliseconds);
    }

    [Fact]
    public void A_skew_that_may_be_relaxed_is()
    {
        _world.Avoid(World.C, 100_000);
        _world.Deploy("web", 5);
        _world.Do();
        Assert.Equal([3, 2, 0], _world.Spread("web"));
    }

    [Fact]
    public void A_greater_skew_is_used_only_where_it_must_be()
    {
        _world.Deploy("web", 9, skew: 3, WhenUnsatisfiable.Refuse);
        _world.Do();
        Assert.Equal([3, 3, 3], _world.Spread("web"));
        _world.Launch();
        _world.Avoid(World.C, 100_000);
        _world.AddUnits("web", 9);
        _world.Do();
        Assert.Equal([6, 6, 3], _world.Spread("web"));
    }

    private static string[] Steps(Plan plan) => [.. plan.Steps.Select(s => s.ToString())];

    private static string Waits(Plan plan)
    {
        Assert.Empty(plan.Steps);
        return Assert.Single(plan.Report.Decisions).Awaits;
    }
}
