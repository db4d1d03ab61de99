using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>A cluster of one log, a cloud, and an agent on each instance that runs; its clock moves only here.</summary>
internal sealed class World : IProviderSource, IInstanceStart, IAsyncDisposable
{
    private static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<MachineId, Dictionary<UnitName, long>> _running = [];
    private readonly HashSet<MachineId> _connected = [];
    private readonly Dictionary<MachineId, DateTimeOffset> _granted = [];
    private CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _term;

    public World()
    {
        Log = new(Time);
        Contacts = new(Time);
        Provider.Depose = Log.Depose;
        Log.Apply(new BootstrapEnvironmentCommand(new EnvironmentSettings(
            new EnvironmentId(7),
            "test",
            ProviderType.Local,
            "",
            ImmutableSortedSet<Zone>.Empty,
            false,
            "noble",
            Constraints.None,
            ImmutableSortedDictionary<string, string>.Empty,
            5)));
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public SimulatedLog Log { get; }

    public SimulatedProvider Provider { get; } = new();

    public ContactTable Contacts { get; private set; }

    public DecisionBook Book { get; private set; } = new();

    public ReconciliationOptions Options { get; init; } = new();

    /// <summary>Whether another member leads as soon as none does.</summary>
    public bool ElectsAnew { get; set; }

    /// <summary>What went wrong at any moment, a line each: a singleton that ran twice.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Machines whose agents can't be heard, and hear nothing.</summary>
    public HashSet<MachineId> Silent { get; } = [];

    public ModelState Model => Log.State.Model;

    public IEnumerable<UnitRecord> Units => Model.Units.Values;

    public IInstanceProvider Find(EnvironmentSettings environment) => Provider;

    public ImmutableArray<byte> UserData(MachineRecord machine, EnvironmentSettings environment, long incarnation) => [1, 2, 3];

    /// <summary>Another member leads: a loop that knows nothing but the log.</summary>
    public async Task ElectAsync()
    {
        await StopAsync();
        _stop = new();
        _connected.Clear();
        Contacts = new(Time);
        Book = new();
        Log.Elect(++_term);
        var loop = new ReconciliationLoop(
            Log, this, this, Contacts, Book, Options, Time, NullLogger<ReconciliationLoop>.Instance);
        var stop = _stop.Token;
        _loop = Task.Run(() => loop.RunAsync(stop));
    }

    public void Deploy(string service, int units, bool singleton = false, PlacementDirective? directive = null, Constraints? constraints = null) => Log.Apply(new DeployServiceCommand(
        new ServiceName(service),
        "noble",
        constraints ?? Constraints.None,
        ["./serve"],
        ImmutableSortedDictionary<string, string>.Empty,
        singleton,
        1,
        WhenUnsatisfiable.Relax,
        units,
        directive ?? PlacementDirective.None));

    /// <summary>Units in each zone, most first.</summary>
    public int[] Spread() =>
    [
        .. Units.Where(unit => unit.Machine is not null)
            .GroupBy(unit => Model.Machines[unit.Machine!.Value].Zone)
            .Select(zone => zone.Count())
            .OrderDescending(),
    ];

    public bool AllRun(int units) => Units.Count(unit => unit.Status == UnitStatus.Running) == units && Units.Count() == units;

    /// <summary>What agents run, on living machines: units by name, each as often as it runs.</summary>
    public IEnumerable<UnitName> Processes() => _running
        .Where(machine => Provider.Made.Any(made => made.Tags.Machine == machine.Key && SimulatedProvider.IsLiving(made)))
        .SelectMany(machine => machine.Value.Keys);

    /// <summary>Moves the clock in small steps until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="within">Of the simulated time, at most.</param>
    public async Task UntilAsync(Func<bool> condition, TimeSpan within)
    {
        var deadline = Time.GetUtcNow() + within;
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            // On a busy machine the loop gets few moments: the real clock must have run, too.
            Assert.True(Time.GetUtcNow() < deadline || clock.Elapsed < RealPatience, $"not within {within}: {Describe()}");
            await PassAsync(Step);
            if (ElectsAnew && Log.LeadingTerm is null)
            {
                await ElectAsync();
            }
        }
    }

    /// <summary>Lets a time go by, agents and loop at work.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            Agents();
            Watch();
            Time.Advance(Step);

            // The loop's continuations run on the pool: a moment of the real clock each step.
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop.WaitAsync(TimeSpan.FromSeconds(20));
        _stop.Dispose();
    }

    /// <summary>What each agent and the leader's desk do in a moment.</summary>
    private void Agents()
    {
        if (Log.LeadingTerm is not { } term)
        {
            return;
        }

        Contacts.Begin(term);
        foreach (var machine in Model.Machines.Values.Where(machine => machine.Instance is not null && !Silent.Contains(machine.Id)))
        {
            if (!Provider.Made.Any(made => made.Id == machine.Instance && SimulatedProvider.IsLiving(made)))
            {
                if (_connected.Remove(machine.Id))
                {
                    Contacts.Disconnected(term, machine.Id);
                }

                continue;
            }

            if (_connected.Add(machine.Id))
            {
                Contacts.Connected(term, machine.Id);
            }

            Contacts.Heard(term, machine.Id);
            Contacts.Granted(term, machine.Id);
            _granted[machine.Id] = Time.GetUtcNow();
            Work(machine);
        }

        foreach (var gone in _connected.Where(id => Silent.Contains(id) || !Model.Machines.ContainsKey(id)).ToList())
        {
            Contacts.Disconnected(term, gone);
            _connected.Remove(gone);
        }
    }

    /// <summary>A silent machine's singletons run on until their lease and grace are over, as its clock tells.</summary>
    private void Watch()
    {
        foreach (var (machine, running) in _running.Where(machine => Silent.Contains(machine.Key)))
        {
            if (Time.GetUtcNow() - _granted.GetValueOrDefault(machine) >= Options.SingletonLease + Options.StopGrace)
            {
                foreach (var unit in running.Keys.Where(unit => Model.Services.GetValueOrDefault(unit.Service)?.IsSingleton ?? true).ToList())
                {
                    running.Remove(unit);
                }
            }
        }

        Faults.AddRange(Processes()
            .GroupBy(unit => unit)
            .Where(unit => unit.Count() > 1 && (Model.Services.GetValueOrDefault(unit.Key.Service)?.IsSingleton ?? false))
            .Select(unit => $"{unit.Key} ran {unit.Count()} times at {Time.GetUtcNow():HH:mm:ss.f}"));
    }

    private void Work(MachineRecord machine)
    {
        if (machine.Status == MachineStatus.Starting)
        {
            Log.Apply(new ReportMachineCommand(machine.Id, machine.Instance!.Value, "10.0.0.1", "1"));
        }

        if (!_running.TryGetValue(machine.Id, out var running))
        {
            _running[machine.Id] = running = [];
        }

        var assigned = Units
            .Where(unit => unit.Machine == machine.Id && unit.Life == Life.Alive)
            .Where(unit => !(Model.Services[unit.Name.Service].IsSingleton && unit.Predecessor is not null))
            .ToList();
        var stopped = running.Where(run => !assigned.Any(unit => unit.Name == run.Key && unit.Assignment == run.Value)).ToList();
        foreach (var (unit, assignment) in stopped)
        {
            running.Remove(unit);
            Report(machine.Id, unit, assignment, UnitStatus.Stopped);
        }

        foreach (var unit in assigned.Where(unit => !running.ContainsKey(unit.Name)))
        {
            running[unit.Name] = unit.Assignment;
            Report(machine.Id, unit.Name, unit.Assignment, UnitStatus.Running);
        }

        if (machine.Status == MachineStatus.Lost)
        {
            Log.Apply(new MarkMachineReturnedCommand(machine.Id));
        }
    }

    private void Report(MachineId machine, UnitName unit, long assignment, UnitStatus status) =>
        Log.Apply(new ReportUnitsCommand(machine, [new UnitReport(unit, assignment, status, "", null, 0)]));

    private string Describe() => string.Join(
        "; ",
        [
            .. Model.Machines.Values.Select(machine => $"machine {machine.Id} {machine.Status} {machine.Zone} {machine.Message}"),
            .. Units.Where(unit => unit.Status != UnitStatus.Running).Select(unit => $"{unit.Name} {unit.Status} on {unit.Machine} {unit.Message}"),
            $"paused: {Book.Paused}, waits: {Book.Waits}",
        ]);
}
