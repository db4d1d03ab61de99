using StateServer.Consensus;
using StateServer.Consensus.Reads;

namespace StateServer.Watching;

/// <summary>
/// Ends what must not go on: all streams where this member must not serve any more or stops, and those that require a leader
/// where there is none for long.
/// </summary>
internal sealed partial class WatchOversight(
    WatchHub hub, IReplica replica, WatchOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<WatchOversight> logger)
    : BackgroundService
{
    /// <summary>How often it looks; an ending is late by this at most.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private long? _leaderlessSince;
    private string? _lastFailure;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // At the signal, not at the end of the host: a stream that stays would hold the ports open for as long as they may be.
        using var stopping = lifetime.ApplicationStopping.Register(() => hub.Stop(new WatchEnding(WatchEndReason.Stopping)));
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    private void Look()
    {
        try
        {
            EndWhereRefused();
            EndWhereLeaderless();
            _lastFailure = null;
        }
        catch (Exception exception)
        {
            var cause = $"{exception.GetType().Name}: {exception.Message}";
            if (_lastFailure != cause)
            {
                _lastFailure = cause;
                Failed(logger, cause);
            }
        }
    }

    private void EndWhereRefused()
    {
        try
        {
            replica.ReadSerializable();
        }
        catch (ReadRefusedException refusal)
        {
            hub.EndAll(new WatchEnding(WatchEndReason.Refused, refusal));
        }
    }

    private void EndWhereLeaderless()
    {
        if (!replica.Position.Leader.IsNone)
        {
            _leaderlessSince = null;
            return;
        }

        _leaderlessSince ??= time.GetTimestamp();
        if (time.GetElapsedTime(_leaderlessSince.Value) >= options.LeaderlessLimit)
        {
            hub.EndAll(new WatchEnding(WatchEndReason.NoLeader), static stream => stream.RequiresLeader);
        }
    }

    [LoggerMessage(6101, LogLevel.Warning, "Looking after watches failed and is tried again: {Cause}")]
    private static partial void Failed(ILogger logger, string cause);
}
