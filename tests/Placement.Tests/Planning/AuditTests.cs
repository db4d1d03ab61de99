using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Audit;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Tests.Planning;

/// <summary>The audit finds what no plan may do: each of these steps is wrong in one way.</summary>
public sealed class AuditTests
{
    private readonly World _world = World.OfThree();

    /// <summary>Three units on machines 0 to 2, one a zone; web/3 and web/4 wait; machine 3 is clean and stands in a.</summary>
    public AuditTests()
    {
        _world.Deploy("web", 3, when: WhenUnsatisfiable.Refuse);
        _world.Do();
        _world.Launch();
        _world.AddMachine(World.A);
        _world.AddUnits("web", 2);
    }

    [Fact]
    public void A_right_plan_passes() =>
        Assert.Empty(Errors(Assign("web/3", 3, World.A), Add("web/4", 4, World.B)));

    [Fact]
    public void A_zone_with_more_of_the_group_is_found()
    {
        _world.Set(_world.Model.Services[new ServiceName("web")] with { WhenUnsatisfiable = WhenUnsatisfiable.Relax });
        Finds("zone b has fewer of the group", Add("web/3", 4, World.A), Add("web/4", 5, World.A));
    }

    [Fact]
    public void A_skew_that_is_passed_is_found() =>
        Finds("the skew would be too great", Add("web/3", 4, World.A), Add("web/4", 5, World.A));

    [Fact]
    public void A_zone_without_room_is_found()
    {
        _world.Avoid(World.A, 1000);
        Finds("the zone has no room", Add("web/3", 4, World.A));
    }

    [Fact]
    public void A_zone_that_may_not_be_used_is_found()
    {
        _world.SeeUnusable(World.A);
        Finds("the zone may not be used", Add("web/3", 4, World.A));
    }

    [Fact]
    public void A_unit_placed_twice_is_found() =>
        Finds("the unit is assigned to machine 3", Assign("web/3", 3, World.A), Add("web/3", 4, World.B));

    [Fact]
    public void A_move_without_need_is_found() =>
        Finds("the unit needn't move", new AssignUnitStep(World.Unit("web/0"), new MachineId(3), World.A, new MachineId(0)));

    [Fact]
    public void A_busy_machine_is_found() => Finds("the machine isn't empty", Assign("web/3", 0, World.A));

    [Fact]
    public void A_machine_that_is_not_in_contact_is_found()
    {
        _world.Silence(1, new MachineId(3));
        Finds("the machine isn't in contact", Assign("web/3", 3, World.A));
    }

    [Fact]
    public void A_directive_that_is_not_obeyed_is_found()
    {
        _world.AddUnits("web", 1, new PlacementDirective(null, new MachineId(0)));
        _world.AddUnits("web", 1, new PlacementDirective(World.B, null));
        Finds("machine 0 was asked for", Assign("web/5", 3, World.A));
        Finds("the zone may not be used", Assign("web/6", 3, World.A));
        Finds("the machine would not be bound to the zone that was asked for", Add("web/6", 4, World.B));
    }

    [Fact]
    public void A_loss_too_early_is_found()
    {
        _world.Silence(29_999, new MachineId(0));
        Finds("its agent was heard", new DeclareMachineLostStep(new MachineId(0), ""));
        _world.Silence(30_000, new MachineId(0));
        Assert.Empty(Errors(new DeclareMachineLostStep(new MachineId(0), "")));
        _world.Contact = _world.Contact with { GraceIsOver = false };
        Finds("the leader is too new to tell", new DeclareMachineLostStep(new MachineId(0), ""));
    }

    [Fact]
    public void Losses_by_the_many_are_found()
    {
        _world.Silence(30_000, new MachineId(0), new MachineId(1));
        Finds("too many agents are silent at once", new DeclareMachineLostStep(new MachineId(0), ""));
        _world.Change(new MachineId(2), m => m with { Status = MachineStatus.Lost });
        Finds("moves are paused", new AssignUnitStep(World.Unit("web/2"), new MachineId(3), World.A, new MachineId(2)));
    }

    [Fact]
    public void A_number_that_is_not_the_next_is_found() => Finds("the next machine is 4", Add("web/3", 5, World.A));

    [Fact]
    public void A_removal_of_what_is_needed_is_found()
    {
        Finds("the machine isn't to go, or not now", new RemoveMachineStep(new MachineId(3)));
        _world.Change(new MachineId(0), m => m with { Life = Life.Dying });
        Finds("units are on it", new RemoveMachineStep(new MachineId(0)));
    }

    [Fact]
    public void An_end_of_a_service_that_is_wanted_is_found()
    {
        EndServiceStep step = new(new ServiceName("web"), 5);
        Finds("the service isn't to go", step);
        _world.Set(_world.Model.Services[new ServiceName("web")] with { Life = Life.Dying });
        Assert.Empty(Errors(step));
        Finds("not so many units are left", step with { Units = 4 });
    }

    [Fact]
    public void A_zone_left_or_cleared_without_need_is_found()
    {
        MachineId machine = _world.AddMachine(World.A, MachineStatus.Pending);
        Finds("the zone that it leaves will do", new MoveOnStep(machine, World.A, "", World.B));
        _world.Change(machine, m => m with { Zone = null, Message = "no room" });
        Finds("the pause is out of bounds", new ClearZoneFailuresStep(machine, [World.A], 1, 9999));
        _world.Change(machine, m => m with { Attempts = [new LaunchAttempt(1, World.A, "", LaunchOutcome.CapacityExhausted, "", 1, _world.Now - 9999)] });
        Finds("the pause isn't over", new ClearZoneFailuresStep(machine, [World.A], 1, 10_000));
        _world.Now++;
        Finds("the machine doesn't wait for its launch", new ClearZoneFailuresStep(new MachineId(0), [World.A], 1, 10_000));
        Finds("a zone has nothing to forget", new ClearZoneFailuresStep(machine, [World.A], 1, 10_000));
        _world.Avoid(World.A, 1000);
        Finds("a zone is left", new ClearZoneFailuresStep(machine, [World.A], 1, 10_000));
        _world.Avoid(World.B, 1000);
        _world.Avoid(World.C, 1000);
        Assert.Empty(Errors(new ClearZoneFailuresStep(machine, [World.A, World.B, World.C], 1, 10_000)));
    }

    private static AssignUnitStep Assign(string unit, int machine, Zone zone) => new(World.Unit(unit), new MachineId(machine), zone, null);

    private AddMachineStep Add(string unit, int machine, Zone zone) =>
        new(new MachineId(machine), zone, "noble", _world.Model.Services[new ServiceName("web")].Constraints, PlacementDirective.None, World.Unit(unit), null);

    private string[] Errors(params PlanStep[] steps) =>
        [.. PlanAudit.Errors(_world.Input, new Plan([.. steps], new PlanReport([], "", null, false)))];

    /// <summary>The last step is wrong, and those before it aren't.</summary>
    private void Finds(string error, params PlanStep[] steps) => Assert.Equal([$"{steps[^1]}: {error}"], Errors(steps));
}
