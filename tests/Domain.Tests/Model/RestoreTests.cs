using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Tests.Model;

/// <summary>What a restore makes of the model, and what an operator and the loop tell it.</summary>
public sealed class RestoreTests
{
    private readonly ModelScript _script = new();

    [Fact]
    public void The_old_members_machines_go_and_the_rest_waits_for_an_operator()
    {
        _script.Do(new AdoptMachineCommand(new NodeId(1), "trusty", new Zone("a"), new InstanceId("server-0"), "h:1"));
        var agent = _script.AddRunning();
        _script.Do(ModelScript.Deploy("web", 2));
        _script.Do(ModelScript.Assign((ModelScript.U("web", 0), 0), (ModelScript.U("web", 1), agent)));

        var restored = RestoredState.Of(_script.Script.State);
        Assert.True(restored.Model.IsRestored);
        Assert.Equal([new MachineId(agent)], restored.Model.Machines.Keys);
        Assert.Equal([null, new MachineId(agent)], restored.Model.Units.Values.Select(unit => unit.Machine));
        ModelInvariants.Check(restored);
        Assert.Equal(StateDigest.Recompute(restored), restored.Digest);
        Assert.NotEqual(restored.Digest, (restored with { Model = restored.Model with { IsRestored = false } }).Digest);
    }

    [Fact]
    public void A_cluster_without_an_environment_has_nothing_to_confirm()
    {
        Assert.False(RestoredState.Of(new ModelScript(bootstrap: false).Script.State).Model.IsRestored);
        _script.Refused(new ConfirmRestoreCommand(), RejectionReason.ModelConflict, "there is no restore to confirm");
    }

    [Fact]
    public void Losses_that_an_operator_confirms_are_all_of_them_or_none()
    {
        var (first, second) = (new MachineId(_script.AddRunning()), new MachineId(_script.AddRunning()));
        _script.Add(new AddMachinesCommand(1, "trusty", Constraints.None, PlacementDirective.None));
        _script.Do(new AdoptMachineCommand(new NodeId(1), "trusty", new Zone("a"), new InstanceId("server-0"), "h:1"));
        _script.Refused(new ConfirmMachinesLostCommand([first, new MachineId(2)]), RejectionReason.ModelConflict, "machine 2 can't be lost: it is not launched");
        _script.Refused(new ConfirmMachinesLostCommand([first, new MachineId(3)]), RejectionReason.ModelConflict, "a state server runs on it");
        _script.Refused(new ConfirmMachinesLostCommand([first, new MachineId(9)]), RejectionReason.ModelNotFound, "machine 9 not found");
        Assert.Equal(MachineStatus.Running, _script.Machine(first.Value).Status);
        _script.Do(new ConfirmMachinesLostCommand([first, second]));
        _script.Do(new ConfirmMachinesLostCommand([first, first]));
        Assert.All([first, second], machine => Assert.Equal(
            (MachineStatus.Lost, "an operator confirmed its loss"), (_script.Machine(machine.Value).Status, _script.Machine(machine.Value).Message)));
    }

    [Fact]
    public void Lines_on_what_waits_are_kept_where_something_waits_and_told_once()
    {
        var running = new MachineId(_script.AddRunning());
        _script.Add(new AddMachinesCommand(1, "trusty", Constraints.None, PlacementDirective.None));
        _script.Do(ModelScript.Deploy("web", 2));
        var (web0, web1) = (ModelScript.U("web", 0), ModelScript.U("web", 1));
        _script.Do(ModelScript.Assign((web1, running.Value)));
        NoteWaitingCommand note = new(
            "nothing moves",
            [new(running, "no"), new(new MachineId(1), "all zones failed"), new(new MachineId(77), "no")],
            [new(web0, "no zone"), new(web1, "no"), new(ModelScript.U("x", 0), "no")]);
        _script.Do(note);
        Assert.Equal("nothing moves", _script.Model.Notice);
        Assert.Equal(["", "all zones failed"], _script.Model.Machines.Values.Select(machine => machine.Message));
        Assert.Equal(["no zone", ""], _script.Model.Units.Values.Select(unit => unit.Message));
        var (events, revision) = (_script.Model.LastEvent, _script.Script.State.Keyspace.Revision);
        _script.Do(note);
        Assert.Equal((events, revision), (_script.Model.LastEvent, _script.Script.State.Keyspace.Revision));
        _script.Do(note with { Notice = "" });
        Assert.Equal((ModelEventKind.Noticed, "it is looked after as usual again"), (_script.Model.Events[^1].Kind, _script.Model.Events[^1].Text));
        _script.Refused(
            new NoteWaitingCommand("", [], [.. Enumerable.Repeat(new UnitNote(web0, ""), ModelLimits.MostPerCommand + 1)]),
            RejectionReason.InvalidArgument,
            "1001 notes in one command");
    }
}
