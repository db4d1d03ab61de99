using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Tests.Planning;

/// <summary>Which machine a unit gets: the one that was named, a clean one in a best zone, or a new one.</summary>
public sealed class MachineTests
{
    private readonly World _world = World.OfThree();

    [Fact]
    public void A_clean_machine_in_a_best_zone_is_used()
    {
        _world.AddMachine(World.C);
        _world.Deploy("web", 1);
        Assert.Equal(["place web/0 on machine 0 in zone c"], Steps(_world.Do()));
    }

    [Fact]
    public void A_clean_machine_elsewhere_is_not()
    {
        _world.Deploy("web", 1);
        _world.Do();
        _world.AddMachine(World.A);
        _world.AddUnits("web", 1);
        Assert.Equal(["add machine 2 in zone b and place web/1 on it"], Steps(_world.Do()));
    }

    [Fact]
    public void A_clean_machine_is_used_once_and_the_lowest_first()
    {
        _world.AddMachine(World.A);
        _world.AddMachine(World.B);
        _world.AddMachine(World.A);
        _world.Deploy("web", 4);
        Assert.Equal(
            [
                "place web/0 on machine 1 in zone b",
                "place web/1 on machine 0 in zone a",
                "add machine 3 in zone c and place web/2 on it",
                "place web/3 on machine 2 in zone a",
            ],
            Steps(_world.Do()));
    }

    [Theory]
    [InlineData("series", "machine 0 runs jammy, not noble")]
    [InlineData("constraint", "machine 0 was not launched for the service's mem")]
    [InlineData("state server", "machine 0 is a state server")]
    [InlineData("contact", "the agent of machine 0 is silent for 3 s")]
    public void Each_rule_that_filters_a_clean_machine_out_says_why(string rule, string reason)
    {
        MachineId machine = _world.AddMachine(World.A, series: rule == "series" ? "jammy" : "noble", constraints: Constraints.None with { MemoryMiB = rule == "constraint" ? 1023 : 1024 });
        _world.Members = rule == "state server" ? [new MemberSight(new NodeId(1), World.A, machine)] : [];
        _world.Silence(3000, rule == "contact" ? [machine] : []);
        _world.Deploy("web", 1, constraints: Constraints.None with { MemoryMiB = 1024 });
        Decision decision = Assert.Single(_world.Plan().Report.Decisions, d => d.Unit is not null);
        Assert.StartsWith("add machine 1", decision.Chosen, StringComparison.Ordinal);

        // The machine is considered where its zone is a best one: by its presence zone a isn't the first, but it is as good.
        Assert.Equal([new MachineConsidered(machine, rule, reason)], decision.Machines);
    }

    [Theory]
    [InlineData("cordoned")]
    [InlineData("busy")]
    [InlineData("leaving")]
    [InlineData("pending")]
    [InlineData("dying")]
    [InlineData("state server")]
    public void A_machine_that_is_not_clean_is_not_used(string what)
    {
        MachineId machine = _world.AddMachine(World.A, what == "pending" ? MachineStatus.Pending : MachineStatus.Running);
        _world.Change(machine, m => what switch
        {
            "cordoned" => m with { Cordoned = true },
            "dying" => m with { Life = Life.Dying },
            "state server" => m with { StateServer = new NodeId(1) },
            _ => m,
        });
        _world.Deploy("db");
        _world.AddUnits("db", what is "busy" ? 1 : 0, new PlacementDirective(null, machine));
        _world.Do();
        _world.Deploy("web", 1);
        if (what == "leaving")
        {
            _world.Set(_world.Model.Units[World.Unit("web/0")] with { Predecessor = new UnitPredecessor(machine, 1, 1) });
        }

        Assert.Contains(_world.Plan().Steps, s => s is AddMachineStep);
    }

    [Fact]
    public void What_a_machine_offers_beyond_what_is_asked_does_no_harm()
    {
        _world.AddMachine(World.A, constraints: Constraints.None with { MemoryMiB = 4096, CpuCores = 2, Arch = "amd64", Tags = ["x", "y"] });
        _world.Deploy("web", 1, constraints: Constraints.None with { MemoryMiB = 4096, CpuCores = 1, Tags = ["x"] });
        Assert.IsType<AssignUnitStep>(Assert.Single(_world.Plan().Steps));
    }

    [Fact]
    public void Refused_machines_are_listed_up_to_a_limit_and_counted_beyond()
    {
        for (int i = 0; i < PlanningLimits.MostMachinesListed + 3; i++)
        {
            _world.AddMachine(World.A, series: "jammy");
        }

        _world.Deploy("web", 1, constraints: Constraints.None with { Zones = [World.A] });
        Decision decision = Assert.Single(_world.Plan().Report.Decisions);
        Assert.Equal(PlanningLimits.MostMachinesListed, decision.Machines.Length);
        Assert.Equal(3, decision.MachinesNotListed);
    }

    [Fact]
    public void A_machine_that_was_named_is_used_though_it_is_busy()
    {
        MachineId machine = _world.AddMachine(World.B, MachineStatus.Pending);
        _world.Deploy("web");
        _world.AddUnits("web", 2, new PlacementDirective(null, machine));
        Assert.Equal(["place web/0 on machine 0 in zone b", "place web/1 on machine 0 in zone b"], Steps(_world.Do()));
        Assert.Equal([0, 2, 0], _world.Spread("web"));
    }

    [Theory]
    [InlineData("unknown", "there is no machine 7")]
    [InlineData("lost", "machine 0 is lost")]
    [InlineData("dying", "machine 0 is being removed")]
    [InlineData("cordoned", "machine 0 is cordoned")]
    [InlineData("series", "machine 0 runs jammy, not noble")]
    public void A_machine_that_was_named_and_will_not_do_is_waited_for(string what, string reason)
    {
        MachineId machine = _world.AddMachine(World.A, what == "lost" ? MachineStatus.Lost : MachineStatus.Running, series: what == "series" ? "jammy" : "noble");
        _world.Change(machine, m => m with { Cordoned = what == "cordoned", Life = what == "dying" ? Life.Dying : Life.Alive });
        _world.Deploy("web");
        _world.AddUnits("web", 1, new PlacementDirective(null, what == "unknown" ? new MachineId(7) : machine));
        Plan plan = _world.Plan();
        Assert.DoesNotContain(plan.Steps, s => s is AssignUnitStep or AddMachineStep);
        Assert.Equal(reason, Assert.Single(plan.Report.Decisions, d => d.Unit is not null).Awaits);
    }

    [Fact]
    public void A_machine_to_go_goes_once_it_is_empty()
    {
        MachineId machine = _world.AddMachine(World.A);
        _world.Deploy("web");
        _world.AddUnits("web", 1, new PlacementDirective(World.A, null));
        _world.Do();
        _world.Set(_world.Model.Units[World.Unit("web/0")] with { Life = Life.Dying });
        _world.Change(machine, m => m with { Life = Life.Dying });
        Plan plan = _world.Plan();
        Assert.Empty(plan.Steps);
        Assert.Equal("1 units have to end or to move first", Assert.Single(plan.Report.Decisions).Awaits);
        _world.Model = _world.Model with { Units = _world.Model.Units.Clear() };
        Assert.Equal(["remove machine 0"], Steps(_world.Plan()));
        _world.Change(machine, m => m with { Status = MachineStatus.Launching });
        Assert.Equal("the outcome of its launch is not known yet", Assert.Single(_world.Plan().Report.Decisions).Awaits);
        _world.Change(machine, m => m with { Status = MachineStatus.Running });
        _world.Members = [new MemberSight(new NodeId(1), World.A, machine)];
        Assert.Equal("machine 0 is a state server; its membership ends first", Assert.Single(_world.Plan().Report.Decisions).Awaits);
    }

    [Fact]
    public void Wanted_units_of_a_machine_that_is_to_go_are_moved()
    {
        _world.Deploy("web", 3);
        _world.Do();
        _world.Launch();
        _world.Change(new MachineId(0), m => m with { Life = Life.Dying });
        Assert.Equal(["add machine 3 in zone a and move web/0 from machine 0 to it"], Steps(_world.Do()));
        Assert.Empty(_world.Plan().Steps);
    }

    [Fact]
    public void A_plan_has_at_most_so_many_steps_and_says_that_more_is_to_be_done()
    {
        _world.Deploy("web", 25);
        Plan plan = _world.Do(10);
        Assert.Equal(10, plan.Steps.Length);
        Assert.True(plan.Report.IsCut);
        _world.Do(10);
        Assert.False(_world.Do(10).Report.IsCut);
        Assert.Equal([9, 8, 8], _world.Spread("web"));
    }

    /// <summary>A plan that the model refuses is refused as a whole, each time anew: it must not be made.</summary>
    [Fact]
    public void A_full_machine_takes_nothing_more_and_the_rest_waits()
    {
        MachineId machine = _world.AddMachine(World.A);
        _world.Deploy("web");
        _world.AddUnits("web", ModelLimits.MostUnitsPerMachine + 2, new PlacementDirective(null, machine));
        _world.Deploy("other", 1);
        Plan plan = _world.Do();
        Assert.Equal(ModelLimits.MostUnitsPerMachine + 1, plan.Steps.Length);
        Assert.Equal(
            ("machine 0 hosts 256 units, the most there may be", 1),
            plan.Report.Decisions.Where(d => d.Awaits.Length > 0).Select(d => (d.Awaits, d.OthersAlike)).Single());
        Assert.Empty(_world.Plan().Steps);
    }

    [Fact]
    public void A_machine_that_an_operator_named_is_clean_for_nobody_else()
    {
        MachineId machine = _world.AddMachine(World.A);
        _world.Deploy("named");
        _world.AddUnits("named", 1, new PlacementDirective(null, machine));
        _world.Deploy("web", 1);
        Assert.Equal(["place named/0 on machine 0 in zone a", "add machine 1 in zone b and place web/0 on it"], Steps(_world.Do()));
    }

    [Fact]
    public void Without_an_environment_nothing_is_planned()
    {
        _world.Model = ModelState.Empty;
        Assert.Empty(_world.Plan().Steps);
    }

    [Fact]
    public void An_index_of_another_model_is_refused()
    {
        PlanningInput input = _world.Input;
        _world.Deploy("web", 1);
        Assert.Throws<ArgumentException>(() => Planner.Make(input, StateServer.Placement.Planning.Indexing.PlacementIndex.Of(_world.Model)));
    }

    private static string[] Steps(Plan plan) => [.. plan.Steps.Select(s => s.ToString())];
}
