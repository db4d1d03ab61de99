using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

/// <summary>The limits on the whole model; without the invariants' check, which walks it all each time.</summary>
public sealed class ModelLimitTests
{
    private readonly Script _script = new ModelScript().Script;

    [Fact]
    public void Machines_are_bounded()
    {
        for (var i = 0; i < ModelLimits.MostMachines / ModelLimits.MostPerCommand; i++)
        {
            Assert.IsType<AddedOutcome>(_script.Run(Machines(ModelLimits.MostPerCommand)));
        }

        AssertFull(Machines(1), "10000");
        var added = new NewMachine("trusty", Constraints.None, PlacementDirective.None, null);
        AssertFull(new AssignUnitsCommand(ModelLimits.MostMachines, [added], []), "10000");
        Assert.Equal(StateDigest.Recompute(_script.State), _script.State.Digest);
    }

    [Fact]
    public void Units_are_bounded()
    {
        _script.Run(Deploy("web", 0));
        var add = new AddUnitsCommand(new ServiceName("web"), ModelLimits.MostPerCommand, PlacementDirective.None);
        for (var i = 0; i < ModelLimits.MostUnits / ModelLimits.MostPerCommand; i++)
        {
            Assert.IsType<AddedOutcome>(_script.Run(add));
        }

        AssertFull(add with { Count = 1 }, "100000");
        AssertFull(Deploy("db"), "100000");
        Assert.Equal(StateDigest.Recompute(_script.State), _script.State.Digest);
    }

    [Fact]
    public void Services_are_bounded()
    {
        for (var i = 0; i < ModelLimits.MostServices; i++)
        {
            Assert.IsType<AddedOutcome>(_script.Run(Deploy($"web-{i}", 0)));
        }

        AssertFull(Deploy("db"), "1000");
    }

    [Fact]
    public void Zones_are_bounded()
    {
        for (var i = 0; i < ModelLimits.MostZones; i++)
        {
            _script.Run(new CordonZoneCommand(new Zone($"z{i}"), true));
        }

        AssertFull(new CordonZoneCommand(new Zone("a"), true), "256");
        // A failure is remembered in the place of the one that is over first, and of no cordon.
        _script.Run(Machines(1));
        Fail("a", 1);
        Assert.DoesNotContain(new Zone("a"), _script.State.Model.Zones.Keys);
        _script.Run(new CordonZoneCommand(new Zone("z0"), false));
        Fail("a", 2);
        Fail("b", 3);
        Assert.Equal(ModelLimits.MostZones, _script.State.Model.Zones.Count);
        Assert.Equal([new Zone("b")], _script.State.Model.Zones.Values.Where(zone => !zone.Cordoned).Select(zone => zone.Zone));
        Assert.Equal(StateDigest.Recompute(_script.State), _script.State.Digest);
    }

    [Fact]
    public void Events_are_a_ring_and_a_large_command_leaves_room()
    {
        for (var i = 0; i <= ModelLimits.MostEvents; i++)
        {
            _script.Run(new CordonZoneCommand(new Zone("a"), i % 2 == 0));
        }

        Assert.Equal(ModelLimits.MostEvents, _script.State.Model.Events.Count);
        var last = _script.State.Model.LastEvent;
        _script.Run(Machines(ModelLimits.MostPerCommand));
        Assert.Equal(last + ModelLimits.MostEventsPerCommand + 1, _script.State.Model.LastEvent);
        var more = _script.State.Model.Events[^1];
        Assert.Equal((ModelEventKind.AndMore, true), (more.Kind, more.Text.StartsWith("968 more", StringComparison.Ordinal)));
        Assert.Equal(StateDigest.Recompute(_script.State), _script.State.Digest);
    }

    [Fact]
    public void A_line_is_cut()
    {
        _script.Run(Machines(1));
        Fail("a", 1, new string('x', 499) + "😀 and\nmore");
        var why = _script.State.Model.Zones.Values.Single().Why;
        Assert.Equal(new string('x', 498) + " …", why);
        Assert.Equal(ModelLimits.LongestLine, why.Length);
    }

    private void Fail(string zone, int attempt, string detail = "no room")
    {
        var machine = new MachineId(0);
        Assert.IsType<DoneOutcome>(_script.Run(new BeginLaunchCommand(machine, attempt, new Zone(zone), Hash)));
        Assert.IsType<DoneOutcome>(_script.Run(new EndLaunchCommand(machine, attempt, LaunchOutcome.CapacityExhausted, null, detail)));
    }

    private void AssertFull(ModelCommand command, string most)
    {
        var refusal = Assert.IsType<Rejection>(_script.Run(command));
        Assert.Equal(RejectionReason.ModelLimit, refusal.Reason);
        Assert.Contains(most, refusal.Detail, StringComparison.Ordinal);
    }
}
