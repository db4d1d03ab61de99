using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Duties;

/// <summary>Performs one duty again and again, whatever happens to it: a failure is logged once per cause and counted.</summary>
/// <param name="name">The duty's name, in logs and metrics.</param>
/// <param name="period">From one performance to the next.</param>
/// <param name="perform">The duty; cheap where there is nothing to do.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class DutyLoop(
    string name, TimeSpan period, Func<CancellationToken, ValueTask> perform, TimeProvider time, ILogger logger)
{
    private static readonly Counter<long> Performed = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.duty.performed", "{time}", "Times that a background duty was looked after, by duty and whether it failed");

    private string? _lastFailure;

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                await PerformAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async ValueTask PerformAsync(CancellationToken stop)
    {
        try
        {
            await perform(stop).ConfigureAwait(false);
            _lastFailure = null;
            Count(failed: false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            Count(failed: true);
            var cause = $"{e.GetType().Name}: {e.Message}";
            if (_lastFailure != cause)
            {
                _lastFailure = cause;
                DutyLog.Failed(logger, name, cause);
            }
        }
    }

    private void Count(bool failed) => Performed.Add(
        1, new KeyValuePair<string, object?>("duty", name), new KeyValuePair<string, object?>("failed", failed));
}
