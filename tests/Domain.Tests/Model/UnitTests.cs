using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

public sealed class UnitTests
{
    private readonly ModelScript _script = new();
    private readonly int _a;
    private readonly int _b;

    public UnitTests()
    {
        _a = _script.AddRunning("a");
        _b = _script.AddRunning("b");
        _script.Do(Deploy("web", 2));
        _script.Do(Deploy("one", 1, singleton: true));
    }

    [Fact]
    public void A_plan_adds_machines_and_assigns_in_one_revision()
    {
        var before = _script.Script.Keyspace.Revision.Value;
        var plan = new AssignUnitsCommand(
            2,
            [new NewMachine("trusty", Constraints.None, PlacementDirective.None, new Zone("c"))],
            [new UnitAssignment(U("web", 0), new MachineId(2)), new UnitAssignment(U("web", 1), new MachineId(_a))]);
        Assert.Equal((2, 1, before + 1), (_script.Add(plan).First, 1, _script.Script.Keyspace.Revision.Value));
        Assert.Equal((2, 1L), (_script.Unit("web", 0).Machine!.Value.Value, _script.Unit("web", 0).Assignment));
        Assert.Equal((_a, 2L), (_script.Unit("web", 1).Machine!.Value.Value, _script.Unit("web", 1).Assignment));
        Assert.Equal(new Zone("c"), _script.Machine(2).Zone);
        Assert.Equal([U("web", 0)], _script.Model.UnitsOn(new MachineId(2)));
        _script.Refused(plan, RejectionReason.ModelConflict, "plan anew");
    }

    [Fact]
    public void A_plan_on_an_older_state_is_refused_as_a_whole()
    {
        _script.Do(Assign((U("web", 0), _a)));
        _script.Refused(Assign((U("web", 1), _a), (U("web", 0), _b)), RejectionReason.ModelConflict, "assigned to machine 0 already");
        Assert.Null(_script.Unit("web", 1).Machine);
        _script.Refused(Assign((U("web", 1), 9)), RejectionReason.ModelNotFound, "machine 9 not found");
        _script.Refused(Assign((U("web", 9), _a)), RejectionReason.ModelNotFound, "unit \"web/9\" not found");
        _script.Refused(Assign((U("web", 1), _a), (U("web", 1), _b)), RejectionReason.InvalidArgument, "twice");
        _script.Refused(Assign(), RejectionReason.InvalidArgument, "without");
        _script.Do(new MarkMachineLostCommand(new MachineId(_b), "silent"));
        _script.Refused(Assign((U("web", 1), _b)), RejectionReason.ModelConflict, "lost");
    }

    [Fact]
    public void A_directive_is_obeyed()
    {
        _script.Do(new AddUnitsCommand(new ServiceName("web"), 1, new PlacementDirective(new Zone("b"), null)));
        _script.Do(new AddUnitsCommand(new ServiceName("web"), 1, new PlacementDirective(null, new MachineId(_a))));
        _script.Refused(Assign((U("web", 2), _a)), RejectionReason.ModelConflict, "zone=b");
        _script.Refused(Assign((U("web", 3), _b)), RejectionReason.ModelConflict, "not on machine 1");
        _script.Do(Assign((U("web", 2), _b), (U("web", 3), _a)));
    }

    [Fact]
    public void What_may_still_run_becomes_the_predecessor_until_its_end_is_confirmed()
    {
        _script.Do(Assign((U("web", 0), _a)));
        _script.Do(new UnassignUnitsCommand([new AssignmentReference(U("web", 0), 1)], "the machine is lost"));
        Assert.Equal(new UnitPredecessor(new MachineId(_a), 1, _script.Now), _script.Unit("web", 0).Predecessor);
        Assert.Equal((0L, "the machine is lost"), (_script.Unit("web", 0).Assignment, _script.Unit("web", 0).Message));
        Assert.Equal([U("web", 0)], _script.Model.UnitsThatLeft(new MachineId(_a)));
        _script.Refused(
            new UnassignUnitsCommand([new AssignmentReference(U("web", 0), 1)], "again"), RejectionReason.ModelConflict, "look again");
        _script.Do(new ConfirmPredecessorsEndedCommand([new AssignmentReference(U("web", 0), 2)]));
        Assert.NotNull(_script.Unit("web", 0).Predecessor);
        _script.Do(new ConfirmPredecessorsEndedCommand([new AssignmentReference(U("web", 0), 1)]));
        _script.Do(new ConfirmPredecessorsEndedCommand([new AssignmentReference(U("web", 0), 1)]));
        Assert.Null(_script.Unit("web", 0).Predecessor);
    }

    [Fact]
    public void A_singleton_keeps_the_predecessor_that_may_run_through_further_assignments()
    {
        _script.Do(Assign((U("one", 0), _a)));
        _script.Do(new UnassignUnitsCommand([new AssignmentReference(U("one", 0), 1)], "lost"));
        _script.Do(Assign((U("one", 0), _b)));
        _script.Do(new UnassignUnitsCommand([new AssignmentReference(U("one", 0), 2)], "lost too"));
        Assert.Equal(1, _script.Unit("one", 0).Predecessor!.Assignment);
        _script.Do(Report(_a, U("one", 0), 1, UnitStatus.Stopped));
        Assert.Null(_script.Unit("one", 0).Predecessor);
    }

    [Fact]
    public void What_stopped_or_was_never_launched_leaves_no_predecessor()
    {
        _script.Do(Assign((U("web", 0), _a)));
        _script.Do(Report(_a, U("web", 0), 1, UnitStatus.Stopped));
        _script.Do(new UnassignUnitsCommand([new AssignmentReference(U("web", 0), 1)], "moved"));
        Assert.Null(_script.Unit("web", 0).Predecessor);
        var pending = _script.Add(Machines(1)).First;
        _script.Do(Assign((U("web", 1), pending)));
        _script.Do(new UnassignUnitsCommand([new AssignmentReference(U("web", 1), 2)], "moved"));
        Assert.Null(_script.Unit("web", 1).Predecessor);
    }

    [Fact]
    public void Only_reports_of_the_assignment_in_force_count()
    {
        _script.Do(Assign((U("web", 0), _a), (U("web", 1), _b)));
        var revision = _script.Script.Keyspace.Revision;
        _script.Do(Report(_a, U("web", 0), 2, UnitStatus.Running));
        _script.Do(Report(_b, U("web", 0), 1, UnitStatus.Running));
        _script.Do(Report(_a, U("web", 9), 1, UnitStatus.Running));
        Assert.Equal(revision, _script.Script.Keyspace.Revision);
        _script.Do(new ReportUnitsCommand(
            new MachineId(_a),
            [
                new UnitReport(U("web", 1), 2, UnitStatus.Running, "", null, 0),
                new UnitReport(U("web", 0), 1, UnitStatus.BackingOff, "exit\ncode 1", "h:80", 3),
            ]));
        Assert.Equal((UnitStatus.BackingOff, "exit code 1", 3), (_script.Unit("web", 0).Status, _script.Unit("web", 0).Message, _script.Unit("web", 0).Restarts));
        Assert.Equal(UnitStatus.Pending, _script.Unit("web", 1).Status);
        revision = _script.Script.Keyspace.Revision;
        _script.Do(new ReportUnitsCommand(new MachineId(_a), [new UnitReport(U("web", 0), 1, UnitStatus.BackingOff, "exit\ncode 1", "h:80", 3)]));
        Assert.Equal(revision, _script.Script.Keyspace.Revision);
        _script.Refused(Report(9, U("web", 0), 1, UnitStatus.Running), RejectionReason.ModelNotFound, "machine 9");
        _script.Refused(Report(_a, U("web", 0), 1, (UnitStatus)77), RejectionReason.InvalidArgument, "77");
    }

    [Fact]
    public void A_dying_unit_goes_once_it_is_reported_stopped()
    {
        _script.Do(Assign((U("web", 0), _a)));
        _script.Do(Report(_a, U("web", 0), 1, UnitStatus.Running));
        _script.Do(new RemoveUnitsCommand([U("web", 0), U("web", 1)]));
        Assert.Equal([U("one", 0), U("web", 0)], _script.Model.Units.Keys);
        _script.Do(new RemoveUnitsCommand([U("web", 0)]));
        _script.Refused(
            new RemoveDeadUnitsCommand([new AssignmentReference(U("web", 0), 1)]), RejectionReason.ModelConflict, "may still run on machine 0");
        _script.Do(Report(_a, U("web", 0), 1, UnitStatus.Stopped));
        Assert.Equal([U("one", 0)], _script.Model.Units.Keys);
        _script.Refused(new RemoveUnitsCommand([U("web", 0)]), RejectionReason.ModelNotFound, "unit \"web/0\" not found");
    }

    [Fact]
    public void On_a_lost_machine_dying_units_go_and_singletons_wait_for_the_loop()
    {
        _script.Do(Assign((U("web", 0), _a), (U("one", 0), _a)));
        _script.Do(new RemoveUnitsCommand([U("web", 0), U("one", 0)]));
        _script.Do(new MarkMachineLostCommand(new MachineId(_a), "silent"));
        Assert.Equal([U("one", 0), U("web", 1)], _script.Model.Units.Keys);
        _script.Refused(
            new RemoveDeadUnitsCommand([new AssignmentReference(U("one", 0), 9)]), RejectionReason.ModelConflict, "not 9");
        _script.Refused(
            new RemoveDeadUnitsCommand([new AssignmentReference(U("web", 1), 0)]), RejectionReason.ModelConflict, "not being removed");
        _script.Do(new RemoveDeadUnitsCommand([new AssignmentReference(U("one", 0), 2)]));
        _script.Do(new RemoveDeadUnitsCommand([new AssignmentReference(U("one", 0), 2)]));
        Assert.Equal([U("web", 1)], _script.Model.Units.Keys);
    }

    [Fact]
    public void A_dying_singleton_waits_for_its_predecessor()
    {
        _script.Do(Assign((U("one", 0), _a)));
        _script.Do(new UnassignUnitsCommand([new AssignmentReference(U("one", 0), 1)], "lost"));
        _script.Do(new RemoveUnitsCommand([U("one", 0)]));
        Assert.Contains(U("one", 0), _script.Model.Units.Keys);
        _script.Do(new ConfirmPredecessorsEndedCommand([new AssignmentReference(U("one", 0), 1)]));
        Assert.DoesNotContain(U("one", 0), _script.Model.Units.Keys);
    }

    [Fact]
    public void A_restored_environment_never_uses_an_assignment_s_number_again()
    {
        _script.Do(Assign((U("web", 0), _a)));
        var restored = RestoredState.Of(_script.Script.State);
        Assert.Equal(1 + RestoredState.AssignmentJump, restored.Model.LastAssignment);
        ModelInvariants.Check(restored);
    }

    [Fact]
    public void A_machine_hosts_a_bounded_number_of_units()
    {
        _script.Do(Deploy("many", ModelLimits.MostUnitsPerMachine));
        _script.Do(Assign([.. Enumerable.Range(0, ModelLimits.MostUnitsPerMachine).Select(i => (U("many", i), _a))]));
        _script.Refused(Assign((U("web", 0), _a)), RejectionReason.ModelLimit, "hosts 256 units");
    }
}
