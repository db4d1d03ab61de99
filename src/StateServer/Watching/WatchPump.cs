namespace StateServer.Watching;

/// <summary>
/// The loop that hands out events. A failure ends all streams, since nobody could tell who got what; their clients resume, and
/// the loop goes on.
/// </summary>
internal sealed partial class WatchPump(WatchHub hub, ILogger<WatchPump> logger) : BackgroundService
{
    private string? _lastFailure;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await hub.Work.WaitAsync(stoppingToken);
                StepUntilDone(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    private void StepUntilDone(CancellationToken stoppingToken)
    {
        try
        {
            while (hub.Step() && !stoppingToken.IsCancellationRequested)
            {
                // Step by step: clients come and go in between.
            }
        }
        catch (Exception exception)
        {
            WatchMeter.Failed();
            hub.Restart();
            var cause = $"{exception.GetType().Name}: {exception.Message}";
            if (_lastFailure != cause)
            {
                _lastFailure = cause;
                Failed(logger, exception);
            }
        }
    }

    [LoggerMessage(6100, LogLevel.Error, "Handing out events to watches failed: all of them are ended, and their clients resume")]
    private static partial void Failed(ILogger logger, Exception exception);
}
