using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Observing;

/// <summary>
/// Looks at a provider's zones and instances in the background, for one term: one call at a time, each with a limit, at a bounded
/// pace. Who waits for what it did gets a listing that began after it. A provider that hangs holds up nobody else. Thread-safe.
/// </summary>
internal sealed class ProviderWatch
{
    /// <summary>Listings that who waits for one waits for: the one under way, and two of its own.</summary>
    private const int MostWaits = 3;

    private readonly IInstanceProvider _provider;
    private readonly EnvironmentId _environment;
    private readonly Func<ImmutableSortedDictionary<MachineId, MachineRecord>> _machines;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly CauseLog _causes;
    private readonly WakeSignal _wanted;
    private readonly Lock _lock = new();
    private ProviderSight _sight = ProviderSight.Nothing;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes it; <see cref="RunAsync"/> looks.</summary>
    public ProviderWatch(
        IInstanceProvider provider,
        EnvironmentId environment,
        Func<ImmutableSortedDictionary<MachineId, MachineRecord>> machines,
        ReconciliationOptions options,
        TimeProvider time,
        CauseLog causes)
    {
        _provider = provider;
        _environment = environment;
        _machines = machines;
        _options = options;
        _time = time;
        _causes = causes;
        _wanted = new(time);
    }

    /// <summary>Raised after each look.</summary>
    public event Action? Changed;

    /// <summary>What was seen last.</summary>
    public ProviderSight Sight
    {
        get
        {
            lock (_lock)
            {
                return _sight;
            }
        }
    }

    /// <summary>Asks for a look soon, without waiting for it.</summary>
    public void Refresh() => _wanted.Set();

    /// <summary>Waits for a listing that began after the call: it shows what was launched or ended before. Only complete ones count.</summary>
    /// <exception cref="TimeoutException">There was none within three times a call's limit: who waits makes room for others, and comes again.</exception>
    public async Task<ProviderSight> NextCompleteListingAsync(CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var patience = _options.ProviderTimeout * MostWaits;
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (_sight is { Listing.IsComplete: true } sight && sight.ListingBegan > asked)
                {
                    return sight;
                }

                next = _next.Task;
            }

            _wanted.Set();
            var left = patience - _time.GetElapsedTime(asked);
            try
            {
                await next.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"the provider showed no complete listing within {patience.TotalSeconds:0.#} s", e);
            }
        }
    }

    /// <summary>Looks again and again until <paramref name="stop"/>, whatever fails.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await LookAsync(stop).ConfigureAwait(false);
            try
            {
                await Task.Delay(_options.ShortestProviderPause, _time, stop).ConfigureAwait(false);
                await _wanted.WaitAsync(_options.ProviderPeriod - _options.ShortestProviderPause, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        var machines = _machines();
        var began = _time.GetTimestamp();
        var listing = await TryAsync("listing instances", limit => _provider.ListInstancesAsync(_environment, limit), stop).ConfigureAwait(false);
        var zones = await TryAsync("listing zones", limit => _provider.ListZonesAsync(limit), stop).ConfigureAwait(false);
        lock (_lock)
        {
            _sight = new(
                zones.Problem is null ? zones.Result : _sight.Zones,
                listing.Result ?? _sight.Listing,
                _sight.ListingNumber + (listing.Result is null ? 0 : 1),
                listing.Result is null ? _sight.ListingBegan : began,
                listing.Result is null ? _sight.MachinesBefore : machines,
                zones.Problem ?? listing.Problem ?? "");
            _next.SetResult();
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Changed?.Invoke();
    }

    /// <summary>One call with its limit in time. A call that doesn't heed its token is left behind.</summary>
    private async Task<(T? Result, string? Problem)> TryAsync<T>(
        string call, Func<CancellationToken, Task<T>> perform, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_options.ProviderTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            var result = await perform(either.Token).OrLeaveAsync(either.Token).ConfigureAwait(false);
            _causes.Worked(call);
            ReconciliationMeter.Call(call, "done");
            return (result, null);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return (default, "the term is over");
        }
        catch (Exception e)
        {
            ReconciliationMeter.Call(call, "failed");
            var failure = e is OperationCanceledException
                ? new TimeoutException($"no answer within {_options.ProviderTimeout.TotalSeconds:0.#} s", e)
                : e;
            _causes.Failed(call, failure);
            return (default, failure.Message);
        }
    }
}
