using Microsoft.Extensions.Hosting.Systemd;
using StateServer.Consensus;
using StateServer.Health;

namespace StateServer.Hosting;

/// <summary>
/// Says once, in the log and to systemd where that asked for it, that the member serves: its ports are open and a linearizable
/// read went through. Until then systemd is told what is awaited.
/// </summary>
internal sealed partial class ReadyNotice(
    MemberHealth health, ReplicaOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<ReadyNotice> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly SystemdNotifier _systemd = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // For as long as the host lives: it is told long after this loop has done its work.
        lifetime.ApplicationStopping.Register(() => _systemd.Notify(ServiceState.Stopping));
        string? said = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            string? reason = await WhyNotAsync(stoppingToken);
            if (reason is null)
            {
                _systemd.Notify(new ServiceState("STATUS=serving"));
                _systemd.Notify(ServiceState.Ready);
                Ready(logger, options.Name, string.Join(", ", options.ClientUrls));
                return;
            }

            if (reason != said)
            {
                said = reason;
                _systemd.Notify(new ServiceState($"STATUS=waiting: {reason}"));
                Waiting(logger, reason);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> WhyNotAsync(CancellationToken stoppingToken)
    {
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            return "the ports are not open yet";
        }

        try
        {
            return await health.WhyNotReadyAsync(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            return exception.Message;
        }
    }

    [LoggerMessage(6000, LogLevel.Information, "{Name} serves clients on {Urls}")]
    private static partial void Ready(ILogger logger, string name, string urls);

    [LoggerMessage(6001, LogLevel.Information, "Not ready yet: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);
}
