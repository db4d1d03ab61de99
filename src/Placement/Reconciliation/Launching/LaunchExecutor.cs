using System.Collections.Concurrent;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Launching;

/// <summary>
/// Launches machines, several at once, for one term. Each attempt is committed before the provider is asked, and its outcome after.
/// An attempt of unknown outcome (its leader died, the answer was lost, the time ran out) is settled first: by a complete listing
/// that shows its instance; else by asking again with the same token and the same bytes, which never makes a second one. Only when
/// that failed many times and two listings far enough apart show nothing does it count as failed. Its methods are the loop's
/// alone; launches run beside it.
/// </summary>
internal sealed class LaunchExecutor
{
    /// <summary>How often an attempt of unknown outcome is asked again until it may count as failed: half a minute of pauses, and the calls' own time.</summary>
    private const int MostRepeats = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly TermLog _log;
    private readonly IInstanceProvider _provider;
    private readonly IInstanceStart _start;
    private readonly ProviderWatch _watch;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly CauseLog _causes;
    private readonly ConcurrentDictionary<MachineId, Task> _running = new();
    private readonly ConcurrentDictionary<MachineId, (int Times, long NotBefore)> _repeats = new();

    /// <summary>Makes it.</summary>
    public LaunchExecutor(
        TermLog log,
        IInstanceProvider provider,
        IInstanceStart start,
        ProviderWatch watch,
        ReconciliationOptions options,
        TimeProvider time,
        CauseLog causes)
    {
        _log = log;
        _provider = provider;
        _start = start;
        _watch = watch;
        _options = options;
        _time = time;
        _causes = causes;
    }

    /// <summary>Raised after each launch, whatever came of it.</summary>
    public event Action? Ended;

    /// <summary>Launches under way.</summary>
    public int Running => _running.Count;

    /// <summary>Starts what is due, as far as the limit allows: first what waits longest, by number.</summary>
    public void Start(ModelSight sight, CancellationToken stop)
    {
        foreach (var forgotten in _repeats.Keys.Where(machine => !sight.Model.Machines.ContainsKey(machine)).ToList())
        {
            _repeats.TryRemove(forgotten, out _);
        }

        foreach (var machine in sight.Model.Machines.Values)
        {
            if (_running.Count >= _options.MostLaunches)
            {
                return;
            }

            var need = LaunchRules.NeedOf(machine, sight.Model, sight.NowMilliseconds);
            if (need == LaunchNeed.None || _running.ContainsKey(machine.Id) || IsPausing(machine.Id))
            {
                continue;
            }

            var launch = new Task<Task>(() => RunAsync(machine.Id, stop));
            _running[machine.Id] = launch.Unwrap();
            launch.Start(TaskScheduler.Default);
        }
    }

    /// <summary>Waits for what is under way, after its token was cancelled.</summary>
    public Task StopAsync() => Task.WhenAll(_running.Values);

    private bool IsPausing(MachineId machine) =>
        _repeats.TryGetValue(machine, out var repeat) && _time.GetTimestamp() < repeat.NotBefore;

    private async Task RunAsync(MachineId id, CancellationToken stop)
    {
        ReconciliationMeter.Launching(1);
        try
        {
            await LaunchAsync(id, stop).ConfigureAwait(false);
            _causes.Worked("launching");
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The term is over: whoever leads next finds the attempt in the log.
        }
        catch (Exception e)
        {
            Pause(id);
            _causes.Failed("launching", e);
        }
        finally
        {
            ReconciliationMeter.Launching(-1);
            _running.TryRemove(id, out _);
            Ended?.Invoke();
        }
    }

    private async Task LaunchAsync(MachineId id, CancellationToken stop)
    {
        var sight = _log.Read();
        if (sight.Model.Environment is not { } environment || !sight.Model.Machines.TryGetValue(id, out var machine))
        {
            return;
        }

        switch (LaunchRules.NeedOf(machine, sight.Model, sight.NowMilliseconds))
        {
            case LaunchNeed.Begin:
                var request = RequestOf(machine, environment, sight.Incarnation, (machine.Attempts is [.., var last] ? last.Number : 0) + 1, machine.Zone!.Value);
                var begun = await _log.ProposeAsync(
                    new BeginLaunchCommand(id, request.Attempt, request.Zone, UserDataHash.Of(request.UserData)), stop).ConfigureAwait(false);
                if (begun is null)
                {
                    await AskAsync(id, request, stop).ConfigureAwait(false);
                }

                return;
            case LaunchNeed.Settle:
                await SettleAsync(machine, machine.Attempts[^1], environment, sight.Incarnation, stop).ConfigureAwait(false);
                return;
        }
    }

    private async Task SettleAsync(
        MachineRecord machine, LaunchAttempt attempt, EnvironmentSettings environment, long incarnation, CancellationToken stop)
    {
        var began = _time.GetTimestamp();
        if (await FindAsync(machine.Id, attempt.Number, incarnation, stop).ConfigureAwait(false) is { } found)
        {
            await EndAsync(machine.Id, attempt, LaunchOutcome.Launched, found.Id, "", stop).ConfigureAwait(false);
            return;
        }

        var request = RequestOf(machine, environment, incarnation, attempt.Number, attempt.Zone);
        var canRepeat = machine.Life == Life.Alive && UserDataHash.Of(request.UserData) == attempt.UserDataHash;
        if (canRepeat && _repeats.GetValueOrDefault(machine.Id).Times < MostRepeats)
        {
            await AskAsync(machine.Id, request, stop).ConfigureAwait(false);
            return;
        }

        // A provider may show late what it made: only a second look, far enough from the first, says that nothing is there.
        await Task.Delay(Remaining(began, _options.BetweenListings), _time, stop).ConfigureAwait(false);
        var late = await FindAsync(machine.Id, attempt.Number, incarnation, stop).ConfigureAwait(false);
        await EndAsync(
            machine.Id,
            attempt,
            late is null ? LaunchOutcome.Transient : LaunchOutcome.Launched,
            late?.Id,
            late is null ? "the provider gave no answer, and shows no instance of this attempt" : "",
            stop).ConfigureAwait(false);
    }

    private async Task AskAsync(MachineId id, LaunchRequest request, CancellationToken stop)
    {
        var attempt = new LaunchAttempt(request.Attempt, request.Zone, "", LaunchOutcome.Unknown, "", 0, 0);
        using var limit = new CancellationTokenSource(_options.LaunchTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        Instance instance;
        try
        {
            instance = await _provider.LaunchAsync(request, either.Token).OrLeaveAsync(either.Token).ConfigureAwait(false);
            ReconciliationMeter.Call("launching", "done");
        }
        catch (ProviderException e) when (e.Outcome is not (LaunchOutcome.Unknown or LaunchOutcome.Launched))
        {
            ReconciliationMeter.Call("launching", e.Outcome.ToString());
            await EndAsync(id, attempt, e.Outcome, null, e.Message, stop).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            ReconciliationMeter.Call("launching", "timeout");
            throw new TimeoutException($"no answer within {_options.LaunchTimeout.TotalSeconds:0.#} s", e);
        }

        if (instance.State == InstanceState.Terminated)
        {
            // The token's instance has come and gone: nothing runs, and this token makes no other.
            await EndAsync(id, attempt, LaunchOutcome.Transient, null, "the instance ended at once", stop).ConfigureAwait(false);
            return;
        }

        await EndAsync(id, attempt, LaunchOutcome.Launched, instance.Id, "", stop).ConfigureAwait(false);
    }

    private async Task EndAsync(
        MachineId id, LaunchAttempt attempt, LaunchOutcome outcome, InstanceId? instance, string detail, CancellationToken stop)
    {
        var line = instance is null ? OneLine(outcome, detail) : "";
        var refused = await _log.ProposeAsync(new EndLaunchCommand(id, attempt.Number, outcome, instance, line), stop).ConfigureAwait(false);
        _repeats.TryRemove(id, out _);
        if (refused is not null)
        {
            return;
        }

        if (instance is { } launched)
        {
            ReconciliationLog.Launched(_causes.Logger, id, attempt.Number, attempt.Zone, launched);
        }
        else
        {
            ReconciliationLog.LaunchFailed(_causes.Logger, id, attempt.Number, attempt.Zone, outcome, line);
        }
    }

    private static string OneLine(LaunchOutcome outcome, string detail)
    {
        var line = detail.Length == 0 ? outcome.ToString() : detail.ReplaceLineEndings(" ");
        return line.Length > ModelLimits.LongestLine ? line[..ModelLimits.LongestLine] : line;
    }

    /// <summary>The living instance of an attempt, from a complete listing that began after the call.</summary>
    private async Task<Instance?> FindAsync(MachineId machine, int attempt, long incarnation, CancellationToken stop)
    {
        var sight = await _watch.NextCompleteListingAsync(stop).ConfigureAwait(false);
        return sight.Listing!.Instances.FirstOrDefault(instance =>
            instance.Tags.Machine == machine
            && instance.Tags.Incarnation == incarnation
            && instance.Attempt == attempt
            && instance.State is not (InstanceState.Terminating or InstanceState.Terminated));
    }

    private LaunchRequest RequestOf(MachineRecord machine, EnvironmentSettings environment, long incarnation, int attempt, Zone zone) => new(
        new InstanceTags(environment.Id, incarnation, machine.Id, machine.StateServer is null ? InstanceRole.Units : InstanceRole.StateServer),
        attempt,
        zone,
        machine.Series,
        environment.Images.GetValueOrDefault(machine.Series),
        machine.Constraints,
        _start.UserData(machine, environment, incarnation));

    private void Pause(MachineId id)
    {
        var times = _repeats.GetValueOrDefault(id).Times + 1;
        var pause = FirstPause * Math.Pow(2, Math.Min(times - 1, 10));
        pause = pause < LongestPause ? pause : LongestPause;
        _repeats[id] = (times, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
    }

    private TimeSpan Remaining(long began, TimeSpan whole)
    {
        var left = whole - _time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
