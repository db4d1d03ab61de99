using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Tests.Planning;

/// <summary>When a machine is lost, and where its units go.</summary>
public sealed class LossTests
{
    private readonly World _world = World.OfThree();

    /// <summary>Twelve units on twelve machines, four a zone: a 0 3 6 9, b 1 4 7 10, c 2 5 8 11.</summary>
    public LossTests()
    {
        _world.Deploy("web", 12);
        _world.Do();
        _world.Launch();
    }

    [Fact]
    public void A_machine_that_is_silent_too_long_is_lost_and_its_unit_moves()
    {
        _world.Silence(29_999, new MachineId(5));
        Plan plan = _world.Plan();
        Assert.Empty(plan.Steps);
        Assert.Equal("its agent is silent for 29 s of 30 s", Assert.Single(plan.Report.Decisions).Awaits);
        Assert.Equal(_world.Now + 1, plan.Report.LookAgainAtMilliseconds);
        _world.Silence(30_000, new MachineId(5));
        Assert.Equal(
            ["machine 5 is lost: its agent is silent for 30 s", "add machine 12 in zone c and move web/5 from machine 5 to it"],
            Steps(_world.Do()));
        Assert.Equal([4, 4, 4], _world.Spread("web"));
        Assert.Empty(_world.Plan().Steps);
    }

    [Fact]
    public void A_new_leader_gives_agents_time()
    {
        _world.Silence(60_000, new MachineId(5));
        _world.Contact = _world.Contact with { GraceIsOver = false };
        Plan plan = _world.Plan();
        Assert.Empty(plan.Steps);
        Assert.Equal("its agent is silent for 60 s; the leader is new, and agents have time to find it", Assert.Single(plan.Report.Decisions).Awaits);
    }

    [Fact]
    public void A_machine_whose_instance_is_gone_is_lost_at_once()
    {
        _world.Contact = _world.Contact with { GraceIsOver = false };
        _world.LoseInstances(new MachineId(0));
        Assert.Equal(["machine 0 is lost: its instance i-0 is gone", "add machine 12 in zone a and move web/0 from machine 0 to it"], Steps(_world.Plan()));
    }

    [Fact]
    public void A_machine_whose_agent_never_spoke_is_lost_when_its_time_is_over()
    {
        _world.Change(new MachineId(3), m => m with { Status = MachineStatus.Starting, StatusSinceMilliseconds = _world.Now });
        _world.Now += PlanningLimits.StartGraceMilliseconds - 1;
        Assert.Empty(_world.Plan().Steps);
        Assert.Equal(_world.Now + 1, _world.Plan().Report.LookAgainAtMilliseconds);
        _world.Now++;
        Assert.Equal("machine 3 is lost: its agent was not heard 600 s after the launch", Steps(_world.Plan())[0]);
    }

    [Fact]
    public void More_than_a_third_silent_at_once_pauses_moves()
    {
        const string paused = "5 of 12 agents are silent at once, more than a third: no unit is moved until a zone failure explains it or an operator confirms it";
        _world.Silence(40_000, Machines(0, 1, 2, 3));
        Assert.Equal("", _world.Plan().Report.Paused);
        Assert.Equal(8, _world.Plan().Steps.Length);
        _world.Silence(15_000, new MachineId(4));
        Plan plan = _world.Plan();
        Assert.Empty(plan.Steps);
        Assert.Equal(paused, plan.Report.Paused);
        Assert.Contains(plan.Report.Decisions, d => d.Awaits == $"its agent is silent for 40 s; {paused}");

        // An operator's word makes them lost; then they are no agents any more.
        foreach (MachineId machine in Machines(0, 1, 2, 3))
        {
            _world.Change(machine, m => m with { Status = MachineStatus.Lost });
        }

        Assert.Equal("", _world.Plan().Report.Paused);
        Assert.Equal(4, _world.Plan().Steps.Length);
    }

    [Fact]
    public void A_pause_holds_for_machines_that_were_lost_before_but_not_where_the_instance_is_gone()
    {
        _world.Change(new MachineId(0), m => m with { Status = MachineStatus.Lost });
        _world.Change(new MachineId(1), m => m with { Status = MachineStatus.Lost });
        _world.LoseInstances(new MachineId(1));
        _world.Silence(40_000, Machines(2, 3, 4, 5));
        Plan plan = _world.Plan();
        Assert.Equal(["add machine 12 in zone a and move web/1 from machine 1 to it"], Steps(plan));
        Assert.Contains(plan.Report.Decisions, d => d.Awaits.StartsWith("1 units stay assigned to lost machine 0: 4 of 10 agents", StringComparison.Ordinal));
    }

    [Fact]
    public void One_silent_machine_is_one_however_small_the_environment()
    {
        World two = new(World.A);
        two.Deploy("web", 2);
        two.Do();
        two.Launch();
        two.Silence(30_000, new MachineId(0));
        Assert.Equal(2, two.Plan().Steps.Length);
    }

    [Fact]
    public void A_zone_that_failed_explains_it_and_all_its_units_move_spread_over_the_others()
    {
        _world.Silence(30_000, _world.MachinesIn(World.C));
        _world.SeeUnusable(World.C, "failed");
        Plan plan = _world.Do();
        Assert.Equal(4, plan.Steps.OfType<DeclareMachineLostStep>().Count());
        Assert.Equal([6, 6, 0], _world.Spread("web"));
        Assert.Empty(_world.Plan().Steps);
    }

    [Fact]
    public void A_whole_zone_silent_and_no_other_agent_is_a_failed_zone_whatever_the_provider_says()
    {
        _world.AddMachine(World.C);
        _world.Silence(30_000, _world.MachinesIn(World.C));
        Plan plan = _world.Plan();
        Assert.Equal("", plan.Report.Paused);
        Assert.Contains("machine 2 is lost: its agent is silent for 30 s; zone c failed", Steps(plan));
        _world.Do();
        Assert.Equal([6, 6, 0], _world.Spread("web"));

        // For a while the zone is left alone; then it is tried again.
        _world.AddUnits("web", 1);
        Assert.Contains("zone a", Assert.Single(Steps(_world.Plan())), StringComparison.Ordinal);
        _world.Now += PlanningLimits.CapacityMemoryMilliseconds;
        Assert.Contains("zone c", Assert.Single(Steps(_world.Plan())), StringComparison.Ordinal);
    }

    [Fact]
    public void All_agents_silent_is_no_failed_zone()
    {
        World one = new(World.A);
        one.Deploy("web", 3);
        one.Do();
        one.Launch();
        one.Silence(60_000, one.MachinesIn(World.A));
        Assert.Empty(one.Plan().Steps);
        Assert.StartsWith("3 of 3 agents are silent at once", one.Plan().Report.Paused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_unit_that_was_put_on_a_machine_stays_with_it()
    {
        MachineId machine = _world.AddMachine(World.A);
        _world.AddUnits("web", 1, new PlacementDirective(null, machine));
        _world.Do();
        _world.LoseInstances(machine);
        Plan plan = _world.Do();
        Assert.Equal(["machine 12 is lost: its instance i-12 is gone"], Steps(plan));
        Assert.Equal("machine 12 is lost", Assert.Single(plan.Report.Decisions, d => d.Unit is not null).Awaits);
    }

    [Fact]
    public void A_lost_machine_that_is_to_go_does_not_wait_for_the_word_of_units_that_left_it()
    {
        _world.LoseInstances(new MachineId(0));
        _world.Do();
        _world.Change(new MachineId(0), m => m with { Life = Life.Dying });
        Assert.Equal(["remove machine 0"], Steps(_world.Do()));
    }

    private static IEnumerable<MachineId> Machines(params IEnumerable<int> numbers) => numbers.Select(n => new MachineId(n));

    private static string[] Steps(Plan plan) => [.. plan.Steps.Select(s => s.ToString())];
}
