using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Agents;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Protos.Agent;
using UnitReport = StateServer.Protos.Agent.UnitReport;
using UnitStatus = StateServer.Protos.Agent.UnitStatus;

namespace StateServer.StateServer.Tests.Agents;

/// <summary>A desk with its loop, over a log in memory; its clock moves only here.</summary>
internal sealed class DeskUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();

    private DeskUnderTest()
    {
        Contacts = new(Time);
        Contacts.Begin(DeskReplica.Term);
        Desk = new(Replica, Replica, Contacts, new ReconciliationOptions(), Time, NullLogger<AgentDesk>.Instance);
    }

    public DeskReplica Replica { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public ContactTable Contacts { get; }

    public AgentDesk Desk { get; }

    public static async Task<DeskUnderTest> StartedAsync()
    {
        var desk = new DeskUnderTest();
        await desk.Desk.StartAsync(CancellationToken.None);
        return desk;
    }

    /// <summary>A machine that was launched as <c>i-N</c> in zone a, and whose agent was not heard yet.</summary>
    public MachineId AddMachine()
    {
        var machine = new MachineId(Replica.Model.NextMachine);
        Replica.Do(new AddMachinesCommand(1, "noble", Constraints.None, PlacementDirective.None));
        Replica.Do(new BeginLaunchCommand(machine, 1, new Zone("a"), new string('0', 64)));
        Replica.Do(new EndLaunchCommand(machine, 1, LaunchOutcome.Launched, new InstanceId($"i-{machine}"), ""));
        return machine;
    }

    public void Deploy(string service, int units, bool singleton = false) => Replica.Do(new DeployServiceCommand(
        new ServiceName(service),
        "noble",
        Constraints.None,
        ["./serve"],
        ImmutableSortedDictionary<string, string>.Empty,
        singleton,
        1,
        WhenUnsatisfiable.Relax,
        units,
        PlacementDirective.None));

    public void Assign(string service, int unit, MachineId machine) =>
        Replica.Do(new AssignUnitsCommand(0, [], [new UnitAssignment(new UnitName(new ServiceName(service), unit), machine)]));

    public UnitRecord Unit(string service, int unit) => Replica.Model.Units[new UnitName(new ServiceName(service), unit)];

    public static Hello Hello(MachineId machine) => new()
    {
        EnvironmentId = 4,
        Incarnation = 1,
        Machine = machine.Value,
        Instance = $"i-{machine}",
        Address = "10.0.0.1",
        Version = "1",
    };

    public static UnitReport Report(long number, string service, int unit, long assignment, UnitStatus status) => new()
    {
        Report = number,
        Service = service,
        Number = unit,
        Assignment = assignment,
        Status = status,
    };

    /// <summary>An agent comes.</summary>
    public AgentLine Connect(Hello hello)
    {
        var line = new AgentLine();
        line.Stream = Task.Run(() => Desk.FollowAsync(hello, line, line, _stop.Token));
        return line;
    }

    /// <summary>Lets the desk's loop look until something holds.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Patience, "it did not come to be");
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Desk.StopAsync(CancellationToken.None);
        Desk.Dispose();
        _stop.Dispose();
    }
}
