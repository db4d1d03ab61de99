using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Agent;
using StateServer.Agent.Reports;
using StateServer.Agent.Units;
using StateServer.Loopback;
using StateServer.Protos.Agent;
using StateServer.StateServer.Tests.Agent.Hosting;
using UnitStatus = StateServer.Domain.Model.UnitStatus;

namespace StateServer.StateServer.Tests.Agent;

public sealed class UnitRosterTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly FakeTimeProvider _time = new();
    private readonly FakeUnitHost _host = new();
    private readonly UnitReports _reports = new();
    private readonly PortBlock _ports = PortBlock.Take(3);
    private long _bootTime = 100 * Second;

    private UnitRoster Roster() => new(
        _host,
        _reports,
        Assigned.Options("/nowhere", new PortRange(_ports.First, _ports.First + 2)),
        () => ["a:1", "b:2"],
        () => _bootTime,
        _time,
        NullLogger.Instance);

    [Fact]
    public void A_unit_that_ends_is_started_again_with_growing_waits_and_counted()
    {
        UnitRoster roster = Roster();
        Assert.Null(roster.Apply(Assigned.Of(Assigned.Unit(0, 5))));
        foreach (int wait in new[] { 1, 2, 4 })
        {
            _host.End(Assigned.Web(0), 3);
            roster.Step();
            IsTold(0, UnitStatus.BackingOff, "ended with exit code 3", 3);
            Wait(roster, wait - 0.01);
            Assert.Empty(_host.Running);
            Wait(roster, 0.01);
            Assert.Single(_host.Running);
        }

        Wait(roster, 60);
        _host.End(Assigned.Web(0), 128 + 9);
        roster.Step();
        IsTold(0, UnitStatus.BackingOff, "ended by signal 9", 137);
        Wait(roster, 1);
        Assert.Equal("start web/0 5 run 4", _host.Calls[^1]);
        Assert.Equal(4, State(0).Restarts);
        Assert.Equal($"127.0.0.1:{_ports.First}", State(0).Address);
    }

    [Fact]
    public void What_is_not_assigned_is_asked_to_stop_before_anything_is_started()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5), Assigned.Unit(1, 6)));
        _host.Calls.Clear();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 9), Assigned.Unit(2, 8)));
        Assert.Equal(["stop web/0 5", "stop web/1 6", "start web/2 8 run 0"], _host.Calls);
        Assert.Equal(UnitStatus.Stopping, State(0).Status);

        // The same unit under its new number waits for the end of the old one.
        Wait(roster, 1);
        _host.End(Assigned.Web(0), 0, UnitEnd.Asked);
        _host.Calls.Clear();
        roster.Step();
        Assert.Equal(["remove web/0", "start web/0 9 run 0"], _host.Calls);
        Assert.Contains(_reports.After(0), r => r.State is { Assignment: 5, Status: UnitStatus.Stopped, ExitCode: 0 });
    }

    [Fact]
    public void A_stopped_unit_goes_when_its_end_is_acknowledged_and_not_before()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5)));
        long early = _reports.NumberOf(Assigned.Web(0), 5);
        roster.Apply(Assigned.Of());
        roster.Acknowledge(early);
        _host.End(Assigned.Web(0), 0, UnitEnd.Asked);
        roster.Step();
        Assert.True(roster.Has(Assigned.Web(0)));
        Assert.DoesNotContain("remove web/0", _host.Calls);
        roster.Acknowledge(_reports.NumberOf(Assigned.Web(0), 5));
        Assert.False(roster.Has(Assigned.Web(0)));
        Assert.Equal("remove web/0", _host.Calls[^1]);
        Assert.Empty(_reports.After(0));
    }

    [Fact]
    public void A_shim_that_does_not_stop_is_killed_after_the_grace_and_five_seconds_more()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5)));
        roster.Apply(Assigned.Of());
        Wait(roster, 14.9);
        Assert.DoesNotContain("kill web/0 5", _host.Calls);
        _host.KillWorks = false;
        Wait(roster, 0.1);
        Assert.Equal(UnitStatus.Stopping, State(0).Status);
        _host.KillWorks = true;
        Wait(roster, 5);
        Assert.Contains("kill web/0 5", _host.Calls);
        roster.Step();
        IsTold(0, UnitStatus.Stopped, "killed", null);
    }

    [Fact]
    public void What_can_not_be_killed_is_tried_again_after_a_pause_and_not_started_before_it_is_gone()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5)));
        _host.KillWorks = false;
        _host.End(Assigned.Web(0), 1);
        roster.Step();
        Wait(roster, 2);
        Wait(roster, 2.9);
        Assert.Equal(1, _host.KillsAsked);
        Assert.StartsWith("some of its processes can't be killed", State(0).Message, StringComparison.Ordinal);

        _host.KillWorks = true;
        Wait(roster, 0.1);
        Assert.Equal(2, _host.KillsAsked);
        Assert.Equal(UnitStatus.BackingOff, State(0).Status);
        Assert.Empty(_host.Running);
        Wait(roster, 1);
        Assert.Single(_host.Running);
    }

    [Fact]
    public void Left_units_are_let_be_until_the_leader_has_told()
    {
        UnitRoster before = Roster();
        before.Apply(Assigned.Of(Assigned.Unit(0, 5), Assigned.Unit(1, 6), Assigned.Unit(2, 7)));
        _host.Left.AddRange(_host.Running.Values);
        _host.Calls.Clear();

        UnitRoster after = Roster();
        _host.End(Assigned.Web(2), 1);
        after.TakeUp();
        after.Step();
        Wait(after, 100);
        Assert.Empty(_host.Calls);
        Assert.Equal([UnitStatus.Running, UnitStatus.Running, UnitStatus.BackingOff], new[] { 0, 1, 2 }.Select(n => State(n).Status));

        after.Apply(Assigned.Of(Assigned.Unit(0, 5), Assigned.Unit(2, 7)));
        Assert.Equal(["stop web/1 6", "start web/2 7 run 1"], _host.Calls);
        Assert.Equal(0, State(0).Restarts);
        Assert.Equal($"127.0.0.1:{_ports.First}", State(0).Address);
    }

    [Fact]
    public void A_singleton_starts_with_a_lease_only_and_is_renewed_while_it_is_assigned()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5).Singleton(15)));
        Wait(roster, 5);
        Assert.Empty(_host.Calls);
        Assert.Equal(UnitStatus.Pending, State(0).Status);
        Assert.StartsWith("waits for its lease", State(0).Message, StringComparison.Ordinal);

        roster.Renew(_bootTime - Second);
        Wait(roster, 1);
        Assert.Equal(_bootTime + (14 * Second), _host.Leases[Assigned.Web(0)]);
        _bootTime += 3 * Second;
        roster.Renew(_bootTime);
        Assert.Equal(_bootTime + (15 * Second), _host.Leases[Assigned.Web(0)]);

        // An answer that was overtaken takes nothing back; one to a unit that is to stop gives nothing.
        roster.Renew(_bootTime - Second);
        Assert.Equal(_bootTime + (15 * Second), _host.Leases[Assigned.Web(0)]);
        roster.Apply(Assigned.Of());
        roster.Renew(_bootTime + Second);
        Assert.Equal(_bootTime + (15 * Second), _host.Leases[Assigned.Web(0)]);
    }

    [Fact]
    public void A_singleton_whose_lease_ended_starts_again_when_the_leader_answers()
    {
        UnitRoster roster = Roster();
        roster.Renew(_bootTime);
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5).Singleton(15)));
        _bootTime += 20 * Second;
        _host.End(Assigned.Web(0), 143, UnitEnd.LeaseEnded);
        Wait(roster, 5);
        Assert.Empty(_host.Running);
        roster.Renew(_bootTime);
        Wait(roster, 1);
        Assert.Equal("start web/0 5 run 1", _host.Calls[^1]);
    }

    [Theory]
    [InlineData(Assigned.Environment + 1, Assigned.Incarnation, "it is of environment 78")]
    [InlineData(Assigned.Environment, Assigned.Incarnation + 1, "it is of incarnation 3")]
    [InlineData(Assigned.Environment, Assigned.Incarnation - 1, "it is of incarnation 1")]
    public void Another_environments_assignment_is_refused_and_changes_nothing(ulong environment, long incarnation, string why)
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(Assigned.Unit(0, 5)));
        _host.Calls.Clear();
        var foreign = Assigned.Of();
        (foreign.EnvironmentId, foreign.Incarnation) = (environment, incarnation);
        Assert.StartsWith(why, roster.Apply(foreign), StringComparison.Ordinal);
        Wait(roster, 20);
        Assert.Empty(_host.Calls);
        Assert.Equal(UnitStatus.Running, State(0).Status);
    }

    [Theory]
    [InlineData("../web", 0, 1)]
    [InlineData("", 0, 1)]
    [InlineData("web", -1, 1)]
    [InlineData("web", 0, 0)]
    public void An_assignment_that_names_no_unit_is_refused(string service, int number, long assignment)
    {
        Assert.EndsWith("is no unit", Roster().Apply(Assigned.Of(new AssignedUnit { Service = service, Number = number, Assignment = assignment })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_unit_that_can_not_be_run_says_why_and_holds_up_no_other()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of(
            Assigned.Unit(0, 1).Singleton(1),
            Assigned.Unit(1, 2).Grace(-1),
            Assigned.Unit(2, 3, "/bin/a\0b"),
            Assigned.Unit(3, 4, "/refused"),
            Assigned.Unit(4, 5)));
        Assert.Equal(["start web/4 5 run 0"], _host.Calls);
        Assert.Equal("a lease of 1 s can't be kept; 2 to 3600 s can", State(0).Message);
        Assert.Equal("a grace of -1 s can't be kept; 0 to 3600 s can", State(1).Message);
        Assert.Contains("zero byte", State(2).Message, StringComparison.Ordinal);
        Assert.Equal("can't be started: no such disk", State(3).Message);
    }

    [Fact]
    public void A_service_without_a_command_holds_its_machine()
    {
        UnitRoster roster = Roster();
        var unit = Assigned.Unit(0, 1);
        unit.Command.Clear();
        roster.Apply(Assigned.Of(unit));
        Wait(roster, 5);
        Assert.Empty(_host.Calls);
        Assert.Equal(UnitStatus.Running, State(0).Status);
        roster.Apply(Assigned.Of());
        Assert.Equal(UnitStatus.Stopped, State(0).Status);
    }

    [Fact]
    public void A_machine_runs_so_many_units_and_gives_so_many_ports()
    {
        UnitRoster roster = Roster();
        roster.Apply(Assigned.Of([.. Enumerable.Range(0, AgentOptions.MostUnits + 1).Select(n => Assigned.Unit(n, n + 1))]));
        Assert.Equal(3, _host.Running.Count);
        Assert.Equal(3, _host.Running.Values.Select(o => o.Port).Distinct().Count());
        Assert.Equal($"no port of {_ports.First}-{_ports.First + 2} is free", State(3).Message);
        Assert.Equal("this machine runs 256 units at most", State(AgentOptions.MostUnits).Message);
    }

    [Fact]
    public void A_unit_is_given_its_variables()
    {
        UnitRoster roster = Roster();
        var unit = Assigned.Unit(0, 5);
        unit.Environment["COLOUR"] = "red";
        unit.Environment["STATESERVER_UNIT"] = "forged";
        unit.Ports.AddRange([80, 443]);
        roster.Apply(Assigned.Of(unit));
        string[] expected =
        [
            "COLOUR=red", "STATESERVER_UNIT=web/0", "STATESERVER_SERVICE=web", "STATESERVER_ZONE=local-b", "STATESERVER_MACHINE=3",
            "STATESERVER_ENDPOINTS=a:1,b:2", "STATESERVER_ADDRESS=127.0.0.1", $"STATESERVER_PORT={_ports.First}", "STATESERVER_SERVICE_PORTS=80,443",
        ];
        string[] given = [.. _host.Running[Assigned.Web(0)].Variables];
        Assert.All(expected, variable => Assert.Contains(variable, given));
        Assert.DoesNotContain("STATESERVER_UNIT=forged", given);
    }

    public void Dispose() => _ports.Dispose();

    private UnitState State(int number) =>
        _reports.After(0).Select(r => r.State).Last(s => s.Unit == Assigned.Web(number));

    private void IsTold(int number, UnitStatus status, string message, int? exitCode)
    {
        UnitState state = State(number);
        Assert.Equal(status, state.Status);
        Assert.Equal(message, state.Message);
        Assert.Equal(exitCode, state.ExitCode);
    }

    private void Wait(UnitRoster roster, double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        roster.Step();
    }
}
