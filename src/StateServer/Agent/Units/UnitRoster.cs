using System.Security.Cryptography;
using StateServer.Agent.Reports;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;
using UnitStatus = StateServer.Domain.Model.UnitStatus;

namespace StateServer.Agent.Units;

/// <summary>
/// All units of a machine: what is to be run against what is run. Until the leader has told anything, what runs is let be and nothing is started.
/// While the leader can't be reached, what it told last holds. Thread-safe.
/// </summary>
/// <param name="host">Runs units.</param>
/// <param name="reports">Told of each change.</param>
/// <param name="options">The agent's.</param>
/// <param name="endpoints">Client addresses of the cluster, as known now.</param>
/// <param name="bootTime">The boot-time clock, nanoseconds.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class UnitRoster(
    IUnitHost host,
    UnitReports reports,
    AgentOptions options,
    Func<IEnumerable<string>> endpoints,
    Func<long> bootTime,
    TimeProvider time,
    ILogger logger)
{
    private const long Second = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<UnitName, UnitSupervision> _units = [];
    private readonly Dictionary<UnitName, UnitState> _told = [];
    private readonly Dictionary<UnitName, string> _failures = [];
    private WantedUnits? _wanted;
    private long _renewedAt = long.MinValue / 2;

    /// <summary>Takes up the units that an earlier process of this agent left.</summary>
    public void TakeUp()
    {
        lock (_gate)
        {
            foreach (UnitOrder order in host.Found())
            {
                _units[order.Unit] = UnitSupervision.Adopt(order, host, time);
                LogTakenUp(logger, order.Unit, order.Assignment);
            }
        }
    }

    /// <summary>Takes an assignment, and asks what isn't in it to stop before anything is started.</summary>
    /// <returns>Null, or why it is refused; nothing is changed then.</returns>
    public string? Apply(Assignment assignment)
    {
        if (WantedUnits.TryRead(assignment, options, out WantedUnits? wanted) is { } refused)
        {
            AgentMeter.AssignmentsRefused.Add(1);
            return refused;
        }

        lock (_gate)
        {
            _wanted = wanted;
            StepAll();
        }

        return null;
    }

    /// <summary>Looks after all units; to be called again and again.</summary>
    public void Step()
    {
        lock (_gate)
        {
            StepAll();
        }
    }

    /// <summary>The leader has answered a heartbeat: singletons that are assigned may run on.</summary>
    /// <param name="sentAt">When the heartbeat was sent, boot-time nanoseconds.</param>
    public void Renew(long sentAt)
    {
        lock (_gate)
        {
            _renewedAt = Math.Max(_renewedAt, sentAt);
            foreach (UnitSupervision unit in _units.Values)
            {
                if (unit is { Order: { IsSingleton: true } order, State.Status: UnitStatus.Running } && Wanted(unit) is not null)
                {
                    Attempt(unit.Unit, () => host.Renew(unit.Unit, _renewedAt + (order.LeaseSeconds * Second)));
                }
            }
        }
    }

    /// <summary>The leader has acknowledged a report: a unit that has stopped and isn't wanted any more is removed.</summary>
    public void Acknowledge(long report)
    {
        lock (_gate)
        {
            if (reports.Acknowledge(report) is { Status: UnitStatus.Stopped } state
                && _units.TryGetValue(state.Unit, out UnitSupervision? unit)
                && unit.State == state && Wanted(unit) is null)
            {
                Remove(unit);
            }
        }
    }

    /// <summary>Every unit that is here, as a hello tells it.</summary>
    public IReadOnlyList<UnitReport> All()
    {
        lock (_gate)
        {
            return [.. _units.Values.Select(unit => unit.State.ToReport(reports.NumberOf(unit.Unit, unit.Assignment)))];
        }
    }

    /// <summary>Whether a unit is here, whatever it does.</summary>
    public bool Has(UnitName unit)
    {
        lock (_gate)
        {
            return _units.ContainsKey(unit);
        }
    }

    private void StepAll()
    {
        host.Look();

        // Stops first: what this machine must not run any more is told so before anything else is begun.
        foreach (UnitSupervision unit in _units.Values.OrderBy(u => Wanted(u) is not null).ToArray())
        {
            StepOne(unit);
        }

        foreach (WantedUnit wanted in _wanted?.Units.Values ?? [])
        {
            bool isHere = _units.TryGetValue(wanted.Unit, out UnitSupervision? present);
            if (isHere && (present!.Assignment == wanted.Assignment || present.State.Status != UnitStatus.Stopped))
            {
                continue;
            }

            if (present is not null)
            {
                Remove(present);
            }

            var unit = new UnitSupervision(wanted.Unit, wanted.Assignment, host, time);
            _units[wanted.Unit] = unit;
            StepOne(unit);
        }
    }

    private void StepOne(UnitSupervision unit)
    {
        WantedUnit? wanted = Wanted(unit);
        Attempt(unit.Unit, () => unit.Step(wanted, _wanted is not null && wanted is null, Start));
        UnitState state = unit.State;
        if (!_told.TryGetValue(unit.Unit, out UnitState? told) || told != state)
        {
            _told[unit.Unit] = state;
            reports.Put(state);
            LogState(logger, state.Unit, state.Assignment, state.Status, state.Message);
        }
    }

    private (UnitOrder? Order, string Why) Start(WantedUnit wanted, UnitOrder? before)
    {
        long leaseEnd = _renewedAt + (wanted.LeaseSeconds * Second);
        if (wanted.IsSingleton && leaseEnd <= bootTime() + Second)
        {
            return (null, "waits for its lease: the leader has not answered since it ended");
        }

        HashSet<int> taken = [.. _units.Values.Select(u => u.Order?.Port ?? 0)];
        if ((before?.Port ?? options.Ports.Take(taken)) is not { } port)
        {
            return (null, $"no port of {options.Ports} is free");
        }

        var order = new UnitOrder(
            UnitOrder.CurrentFormat,
            wanted.Unit.Service.Name,
            wanted.Unit.Number,
            wanted.Assignment,
            before is null ? 0 : before.Run + 1,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            wanted.Command,
            UnitVariables.Compose(wanted, options, _wanted!.Zone, endpoints(), port),
            port,
            $"{options.Address}:{port}",
            wanted.IsSingleton,
            wanted.LeaseSeconds,
            wanted.GraceSeconds,
            options.LogBytes);
        try
        {
            host.Start(order, leaseEnd);
            return (order, "");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return (null, $"can't be started: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>What is wanted of a unit that is here; null where it isn't wanted under this assignment.</summary>
    private WantedUnit? Wanted(UnitSupervision unit) =>
        _wanted?.Units.GetValueOrDefault(unit.Unit) is { } wanted && wanted.Assignment == unit.Assignment ? wanted : null;

    private void Remove(UnitSupervision unit)
    {
        Attempt(unit.Unit, () => host.Remove(unit.Unit));
        _units.Remove(unit.Unit);
        _told.Remove(unit.Unit);
        _failures.Remove(unit.Unit);
    }

    /// <summary>One unit's failure is no other's: it is logged once a cause and tried again.</summary>
    private void Attempt(UnitName unit, Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            AgentMeter.StepsFailed.Add(1);
            string cause = $"{failure.GetType().Name}: {failure.Message}";
            if (!_failures.TryGetValue(unit, out string? last) || last != cause)
            {
                _failures[unit] = cause;
                LogFailed(logger, unit, cause);
            }
        }
    }

    [LoggerMessage(6200, LogLevel.Information, "Unit {Unit} of assignment {Assignment} is taken up as an earlier process of this agent left it")]
    private static partial void LogTakenUp(ILogger logger, UnitName unit, long assignment);

    [LoggerMessage(6201, LogLevel.Information, "Unit {Unit} of assignment {Assignment}: {Status} {Message}")]
    private static partial void LogState(ILogger logger, UnitName unit, long assignment, UnitStatus status, string message);

    [LoggerMessage(6202, LogLevel.Warning, "Looking after unit {Unit} failed and is tried again: {Cause}")]
    private static partial void LogFailed(ILogger logger, UnitName unit, string cause);
}
