using StateServer.Agent.Reports;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Agent.Units;

/// <summary>Looks after one unit under one assignment: starts it, starts it again, stops it. Not thread-safe.</summary>
/// <param name="unit">The unit.</param>
/// <param name="assignment">The assignment's number; it never changes.</param>
/// <param name="host">Runs it.</param>
/// <param name="time">The clock.</param>
internal sealed class UnitSupervision(UnitName unit, long assignment, IUnitHost host, TimeProvider time)
{
    /// <summary>A shim that was asked to stop and has not ended so long after the grace is stuck: its processes are killed without it.</summary>
    private static readonly TimeSpan ShimGrace = TimeSpan.FromSeconds(5);

    /// <summary>Killing what can't be killed takes a second, in which no other unit is looked after, nor its lease renewed.</summary>
    private static readonly TimeSpan KillPause = TimeSpan.FromSeconds(5);

    private readonly RestartBackoff _backoff = new();
    private UnitStatus _status = UnitStatus.Pending;
    private string _message = "";
    private int? _exitCode;
    private long _since = time.GetTimestamp();
    private TimeSpan _wait = TimeSpan.Zero;
    private long? _unkillableAt;

    /// <summary>The unit.</summary>
    public UnitName Unit => unit;

    /// <summary>The assignment's number.</summary>
    public long Assignment => assignment;

    /// <summary>The newest run; null before the first.</summary>
    public UnitOrder? Order { get; private set; }

    /// <summary>What it does.</summary>
    public UnitState State => new(unit, assignment, _status, _message, Order?.Address ?? "", Order?.Run ?? 0, _exitCode);

    /// <summary>Takes up what an earlier process of the agent left.</summary>
    public static UnitSupervision Adopt(UnitOrder order, IUnitHost host, TimeProvider time) =>
        new(order.Unit, order.Assignment, host, time) { Order = order, _status = UnitStatus.Running };

    /// <summary>Does what is due.</summary>
    /// <param name="wanted">What is to be run; null where it is to be stopped, or nobody has said anything yet.</param>
    /// <param name="isToStop">Whether it is to be stopped.</param>
    /// <param name="start">Starts a run, given the one before; returns its order, or null and why it has to wait.</param>
    public void Step(WantedUnit? wanted, bool isToStop, Func<WantedUnit, UnitOrder?, (UnitOrder? Order, string Why)> start)
    {
        if (_status == UnitStatus.Running && Order is not null && !host.Runs(unit))
        {
            End();
        }

        switch (_status)
        {
            case UnitStatus.Running or UnitStatus.Pending or UnitStatus.BackingOff when isToStop:
                BeginStop();
                break;
            case UnitStatus.Stopping:
                Stop();
                break;
            case UnitStatus.Pending or UnitStatus.BackingOff when wanted is not null && time.GetElapsedTime(_since) >= _wait:
                Start(wanted, start);
                break;
        }
    }

    private void Start(WantedUnit wanted, Func<WantedUnit, UnitOrder?, (UnitOrder? Order, string Why)> start)
    {
        if (wanted.Fault is { } fault)
        {
            _message = fault;
        }
        else if (wanted.Command.IsEmpty)
        {
            Enter(UnitStatus.Running, "holds its machine, and has no command to run", TimeSpan.Zero);
        }
        else
        {
            (UnitOrder? order, string why) = start(wanted, Order);
            if (order is null)
            {
                Enter(_status, why, RestartBackoff.Shortest);
                return;
            }

            if (Order is not null)
            {
                AgentMeter.Restarts.Add(1);
            }

            Order = order;
            Enter(UnitStatus.Running, "", TimeSpan.Zero);
        }
    }

    /// <summary>Its run is over. What it left is killed: its next one must find nobody.</summary>
    private void End()
    {
        UnitExit? exit = host.ExitOf(Order!);
        if (!Kill())
        {
            _message = "some of its processes can't be killed; it is not started again before they are gone";
            return;
        }

        _exitCode = exit?.End is UnitEnd.NotStarted ? null : exit?.Code;
        TimeSpan wait = _backoff.After(time.GetElapsedTime(_since));
        Enter(UnitStatus.BackingOff, exit?.Describe() ?? "ended, and nobody saw how", wait);
    }

    private void BeginStop()
    {
        if (_status == UnitStatus.Running && Order is not null)
        {
            host.AskToStop(unit);
            Enter(UnitStatus.Stopping, "", TimeSpan.FromSeconds(Order.GraceSeconds) + ShimGrace);
        }
        else
        {
            Enter(UnitStatus.Stopped, _message, TimeSpan.Zero);
        }
    }

    private void Stop()
    {
        if (!host.Runs(unit) && Kill())
        {
            UnitExit? exit = host.ExitOf(Order!);
            _exitCode = exit?.Code;
            Enter(UnitStatus.Stopped, exit?.Describe() ?? "killed", TimeSpan.Zero);
        }
        else if (time.GetElapsedTime(_since) >= _wait)
        {
            Kill();
            Enter(UnitStatus.Stopping, "did not stop when asked: killed", ShimGrace);
        }
    }

    /// <summary>Kills what is left of the run, not again so soon where that failed a moment ago.</summary>
    private bool Kill()
    {
        if (_unkillableAt is { } at && time.GetElapsedTime(at) < KillPause)
        {
            return false;
        }

        bool isDone = host.Kill(Order!);
        _unkillableAt = isDone ? null : time.GetTimestamp();
        return isDone;
    }

    private void Enter(UnitStatus status, string message, TimeSpan wait) =>
        (_status, _message, _since, _wait) = (status, message, time.GetTimestamp(), wait);
}
