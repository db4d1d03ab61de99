using System.Collections.Concurrent;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Terminating;

/// <summary>
/// Ends instances, several at once, for one term: of machines that are to go or are lost, which is committed before, and strays. A
/// machine's record goes when a complete listing that began after the end shows the instance ended or not at all. Asked again for
/// what is under way, it does nothing. Its methods are the loop's alone; the calls run beside it.
/// </summary>
internal sealed class TerminationExecutor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly TermLog _log;
    private readonly EnvironmentId _environment;
    private readonly IInstanceProvider _provider;
    private readonly ProviderWatch _watch;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly CauseLog _causes;
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private readonly ConcurrentDictionary<string, (int Times, long NotBefore)> _pauses = new();

    /// <summary>Makes it.</summary>
    public TerminationExecutor(
        TermLog log,
        EnvironmentId environment,
        IInstanceProvider provider,
        ProviderWatch watch,
        ReconciliationOptions options,
        TimeProvider time,
        CauseLog causes)
    {
        _log = log;
        _environment = environment;
        _provider = provider;
        _watch = watch;
        _options = options;
        _time = time;
        _causes = causes;
    }

    /// <summary>Raised after each end, whatever came of it.</summary>
    public event Action? Ended;

    /// <summary>Ends under way.</summary>
    public int Running => _running.Count;

    /// <summary>Ends a machine whose record says that it is lost or to go, where there is room for it.</summary>
    public void Start(MachineRecord machine, CancellationToken stop) => Start(
        $"machine {machine.Id}", () => EndMachineAsync(machine, stop), stop);

    /// <summary>Ends an instance that no record accounts for, where there is room for it.</summary>
    public void Start(Instance stray, CancellationToken stop) => Start(
        $"instance {stray.Id}",
        async () =>
        {
            if (!_pauses.ContainsKey($"instance {stray.Id}"))
            {
                ReconciliationLog.Stray(_causes.Logger, stray.Id, stray.Tags.Machine, stray.Attempt);
            }

            await TerminateAsync(stray.Id, stop).ConfigureAwait(false);
        },
        stop);

    /// <summary>Forgets the pauses of what is gone.</summary>
    /// <param name="wanted">What is still to be ended: <c>machine 3</c>, <c>instance i-1</c>.</param>
    public void Forget(IReadOnlySet<string> wanted)
    {
        foreach (var gone in _pauses.Keys.Where(subject => !wanted.Contains(subject)).ToList())
        {
            _pauses.TryRemove(gone, out _);
        }
    }

    /// <summary>Waits for what is under way, after its token was cancelled.</summary>
    public Task StopAsync() => Task.WhenAll(_running.Values);

    private void Start(string subject, Func<Task> end, CancellationToken stop)
    {
        if (_running.Count >= _options.MostTerminations
            || _running.ContainsKey(subject)
            || (_pauses.TryGetValue(subject, out var pause) && _time.GetTimestamp() < pause.NotBefore))
        {
            return;
        }

        var run = new Task<Task>(() => RunAsync(subject, end, stop));
        _running[subject] = run.Unwrap();
        run.Start(TaskScheduler.Default);
    }

    private async Task RunAsync(string subject, Func<Task> end, CancellationToken stop)
    {
        ReconciliationMeter.Terminating(1);
        try
        {
            await end().ConfigureAwait(false);
            _pauses.TryRemove(subject, out _);
            _causes.Worked("ending instances");
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The term is over: whoever leads next finds the machine in the log.
        }
        catch (Exception e)
        {
            Pause(subject);
            _causes.Failed("ending instances", e);
        }
        finally
        {
            ReconciliationMeter.Terminating(-1);
            _running.TryRemove(subject, out _);
            Ended?.Invoke();
        }
    }

    private async Task EndMachineAsync(MachineRecord machine, CancellationToken stop)
    {
        if (machine.Instance is { } instance)
        {
            await TerminateAsync(instance, stop).ConfigureAwait(false);
            var sight = await _watch.NextCompleteListingAsync(stop).ConfigureAwait(false);
            if (sight.Listing!.Instances.Any(shown => shown.Id == instance && shown.State != InstanceState.Terminated))
            {
                throw new TransientException("the provider has promised an instance's end, and it is still there");
            }
        }

        if (await _log.ProposeAsync(new MachineTerminatedCommand(machine.Id), stop).ConfigureAwait(false) is null)
        {
            ReconciliationLog.Terminated(_causes.Logger, machine.Id, machine.Instance);
        }
    }

    private async Task TerminateAsync(InstanceId instance, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_options.ProviderTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await _provider.TerminateAsync(_environment, instance, either.Token).OrLeaveAsync(either.Token).ConfigureAwait(false);
            ReconciliationMeter.Call("ending instances", "done");
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            ReconciliationMeter.Call("ending instances", "timeout");
            throw new TimeoutException($"no answer within {_options.ProviderTimeout.TotalSeconds:0.#} s", e);
        }
        catch (ProviderException e)
        {
            ReconciliationMeter.Call("ending instances", e.GetType().Name);
            throw;
        }
    }

    private void Pause(string subject)
    {
        var times = _pauses.GetValueOrDefault(subject).Times + 1;
        var pause = FirstPause * Math.Pow(2, Math.Min(times - 1, 10));
        pause = pause < LongestPause ? pause : LongestPause;
        _pauses[subject] = (times, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
    }
}
