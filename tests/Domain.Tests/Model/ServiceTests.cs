using System.Collections.Immutable;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

public sealed class ServiceTests
{
    private static readonly ServiceName Web = new("web");

    [Fact]
    public void Units_are_counted_from_zero_and_never_numbered_twice()
    {
        var script = new ModelScript();
        Assert.Equal((0, 2), (script.Add(Deploy("web", 2)).First, script.Model.Units.Count));
        script.Do(new RemoveUnitsCommand([U("web", 1)]));
        Assert.Equal((2, 3), Numbers(script.Add(new AddUnitsCommand(Web, 3, PlacementDirective.None))));
        Assert.Equal(["units/web/0", "units/web/2", "units/web/3", "units/web/4"], script.Keys().Where(key => key.StartsWith("units", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_retried_deploy_is_answered_with_the_first_outcome()
    {
        var script = new ModelScript();
        var session = Assert.IsType<SessionOpenedOutcome>(script.Run(new OpenSessionCommand())).Session;
        var request = new RequestId(session, 1, 1);
        var first = script.Script.Run(Deploy("web", 2), request);
        Assert.Equal(first, script.Script.Run(Deploy("web", 2), request));
        Assert.Equal(2, script.Model.Units.Count);
        ModelInvariants.Check(script.Script.State);
    }

    [Fact]
    public void What_a_service_can_t_be_is_refused()
    {
        var script = new ModelScript();
        script.Do(Deploy("web"));
        script.Refused(Deploy("web"), RejectionReason.ModelExists, "cannot add service \"web\": service already exists");
        script.Refused(Deploy("Web"), RejectionReason.InvalidArgument, "invalid service name \"Web\"");
        script.Refused(Deploy("db") with { MostSkew = 0 }, RejectionReason.InvalidArgument, "max-skew");
        script.Refused(Deploy("db") with { WhenUnsatisfiable = 0 }, RejectionReason.InvalidArgument, "when-unsatisfiable");
        script.Refused(Deploy("db") with { Series = "" }, RejectionReason.InvalidArgument, "series");
        script.Refused(Deploy("db") with { Command = ["a\0b"] }, RejectionReason.InvalidArgument, "zero byte");
        script.Refused(Deploy("db") with { Command = ["", "b"] }, RejectionReason.InvalidArgument, "name a program");
        script.Refused(Deploy("db") with { Environment = Variables("A=B", "") }, RejectionReason.InvalidArgument, "A=B");
        script.Refused(Deploy("db", -1), RejectionReason.InvalidArgument, "-1 units");
        script.Refused(
            Deploy("db") with { Directive = new PlacementDirective(null, new MachineId(9)) }, RejectionReason.ModelNotFound, "machine 9 not found");
    }

    /// <summary>What people may type and what the log takes is one rule, that of the name's own type.</summary>
    [Theory]
    [InlineData("1a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("")]
    [InlineData(null)]
    public void A_name_that_is_none_is_refused_as_where_it_is_typed(string? name)
    {
        var wrong = ServiceName.TryParse(name ?? "", out _);
        Assert.Equal(wrong, new ModelScript().Refused(Deploy("web") with { Name = new ServiceName(name!) }).Detail);
    }

    [Fact]
    public void Names_are_bounded()
    {
        var script = new ModelScript();
        script.Do(Deploy(new string('a', ServiceName.MostCharacters)));
        script.Refused(Deploy(new string('a', ServiceName.MostCharacters + 1)), RejectionReason.InvalidArgument, "63 characters at most");
        script.Do(Deploy("web") with { Series = new string('s', ModelLimits.LongestName) });
        script.Refused(Deploy("db") with { Series = new string('s', ModelLimits.LongestName + 1) }, RejectionReason.InvalidArgument, "1 to 255");
    }

    [Fact]
    public void A_service_goes_with_its_last_unit()
    {
        var script = new ModelScript();
        var machine = script.AddRunning();
        script.Do(Deploy("web", 2));
        script.Do(Assign((U("web", 0), machine)));
        script.Do(Report(machine, U("web", 0), 1, UnitStatus.Running));
        script.Do(new RemoveServiceCommand(Web));
        Assert.Equal((Life.Dying, 1), (script.Model.Services[Web].Life, script.Model.Units.Count));
        script.Refused(new AddUnitsCommand(Web, 1, PlacementDirective.None), RejectionReason.ModelConflict, "being removed");
        script.Refused(Deploy("web"), RejectionReason.ModelExists, "wait until");
        script.Do(Report(machine, U("web", 0), 1, UnitStatus.Stopped));
        Assert.Empty(script.Model.Services);
        Assert.Equal(["environment", $"machines/{machine}"], script.Keys());
        Assert.Equal(0, script.Add(Deploy("web")).First);
    }

    [Fact]
    public void A_service_without_units_goes_at_once()
    {
        var script = new ModelScript();
        script.Do(Deploy("web", 0));
        script.Do(new RemoveServiceCommand(Web));
        Assert.Empty(script.Model.Services);
        script.Refused(new RemoveServiceCommand(Web), RejectionReason.ModelNotFound, "service \"web\" not found");
    }

    [Fact]
    public void A_large_service_s_units_are_made_dying_in_bounded_steps()
    {
        var script = new ModelScript();
        var count = (ModelLimits.MostPerCommand / ModelLimits.MostUnitsPerMachine) + 1;
        var machines = Enumerable.Range(0, count).Select(_ => script.AddRunning()).ToArray();
        script.Do(Deploy("web", ModelLimits.MostPerCommand));
        script.Do(new AddUnitsCommand(Web, 1, PlacementDirective.None));
        script.Do(Assign([.. Enumerable.Range(0, ModelLimits.MostPerCommand).Select(i => (U("web", i), machines[i / ModelLimits.MostUnitsPerMachine]))]));
        script.Do(Assign((U("web", ModelLimits.MostPerCommand), machines[^1])));
        script.Do(new RemoveServiceCommand(Web));
        Assert.Equal(1, script.Model.Units.Values.Count(unit => unit.Life == Life.Alive));
        script.Do(new RemoveServiceCommand(Web));
        Assert.Equal(0, script.Model.Units.Values.Count(unit => unit.Life == Life.Alive));
    }

    [Fact]
    public void Exposure_opens_ports_and_remembers_them()
    {
        var script = new ModelScript();
        script.Do(Deploy("web"));
        script.Do(new ExposeServiceCommand(Web, [443, 80]));
        Assert.Contains("\"exposed\":true,\"ports\":[80,443]", script.Value("services/web"), StringComparison.Ordinal);
        var revision = script.Script.Keyspace.Revision;
        script.Do(new ExposeServiceCommand(Web, [443, 80]));
        Assert.Equal(revision, script.Script.Keyspace.Revision);
        script.Do(new UnexposeServiceCommand(Web));
        Assert.Contains("\"exposed\":false,\"ports\":[80,443]", script.Value("services/web"), StringComparison.Ordinal);
        script.Refused(new ExposeServiceCommand(Web, []), RejectionReason.InvalidArgument, "1 to 65535");
        script.Refused(new ExposeServiceCommand(Web, [65_536]), RejectionReason.InvalidArgument, "1 to 65535");
        script.Refused(
            new ExposeServiceCommand(Web, [.. Enumerable.Range(1, ModelLimits.MostPorts + 1)]), RejectionReason.InvalidArgument, "ports");
    }

    [Fact]
    public void Arguments_and_variables_are_bounded()
    {
        var script = new ModelScript();
        script.Do(Deploy("web") with { Command = [new string('x', ModelLimits.MostCommandBytes - 1)] });
        script.Refused(
            Deploy("db") with { Command = [new string('x', ModelLimits.MostCommandBytes)] }, RejectionReason.InvalidArgument, "at most");
        script.Do(Deploy("dc") with { Environment = Variables("A", new string('x', ModelLimits.MostEnvironmentBytes - 3)) });
        script.Refused(
            Deploy("db") with { Environment = Variables("A", new string('x', ModelLimits.MostEnvironmentBytes - 2)) },
            RejectionReason.InvalidArgument,
            "at most");
        script.Refused(Deploy("db", ModelLimits.MostPerCommand + 1), RejectionReason.InvalidArgument, "in one command");
    }

    [Fact]
    public void The_view_names_variables_and_never_tells_their_values()
    {
        var script = new ModelScript();
        script.Do(Deploy("web") with { Environment = Variables("TOKEN", "hunter2"), Command = ["a\"b\\\n"] });
        var view = script.Value("services/web");
        Assert.Contains("\"environment\":[\"TOKEN\"]", view, StringComparison.Ordinal);
        Assert.Contains("\"command\":[\"a\\\"b\\\\\\u000a\"]", view, StringComparison.Ordinal);
        Assert.DoesNotContain(script.Model.Events, told => told.Text.Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain(script.Keys(), key => script.Value(key).Contains("hunter2", StringComparison.Ordinal));
    }

    private static (int First, int Count) Numbers(AddedOutcome added) => (added.First, added.Count);

    private static ImmutableSortedDictionary<string, string> Variables(string name, string value) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(name, value);
}
