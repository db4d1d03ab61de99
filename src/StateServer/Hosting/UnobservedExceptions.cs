namespace StateServer.Hosting;

/// <summary>
/// Says in the log that a task failed and nobody looked: the runtime by itself says nothing. Told when the task is collected,
/// so some time later. Each is a defect of ours, or of a library.
/// </summary>
internal sealed partial class UnobservedExceptions(ILogger<UnobservedExceptions> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        return Task.CompletedTask;
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e) => Unobserved(logger, e.Exception);

    [LoggerMessage(6002, LogLevel.Error, "A task failed with an exception that nobody observed")]
    private static partial void Unobserved(ILogger logger, Exception exception);
}
