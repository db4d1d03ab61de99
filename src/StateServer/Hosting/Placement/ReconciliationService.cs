using StateServer.Placement.Reconciliation;

namespace StateServer.Hosting.Placement;

/// <summary>Runs the loop for as long as the member does.</summary>
/// <param name="loop">The loop.</param>
internal sealed class ReconciliationService(ReconciliationLoop loop) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => loop.RunAsync(stoppingToken), CancellationToken.None);
}
