using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Hosting;

/// <summary>
/// Starts the replica once the host's ports are open, and stops it with the host. A member whose folder is damaged stays up, so
/// that it can be asked why; it neither votes nor serves. One that was removed from its cluster ends its process, with
/// <see cref="RemovedExitCode"/>.
/// </summary>
internal sealed partial class ReplicaLifetime(
    LocalReplica replica,
    RaftNode raft,
    IHostApplicationLifetime host,
    ILogger<ReplicaLifetime> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>The process's exit code where the member was removed from the cluster: whoever supervises it must not start it again.</summary>
    public const int RemovedExitCode = 3;

    private readonly CancellationTokenSource _stop = new();
    private Task _start = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _start = Task.Run(RunAsync, CancellationToken.None);
        _ = EndWhenRemovedAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Before the ports close: the stop is announced, and leadership is handed over while peers and clients are still answered.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _start.ConfigureAwait(false);
        if (await replica.AnnounceStopAsync(cancellationToken).ConfigureAwait(false) is { } why)
        {
            LogNotAnnounced(why);
        }

        await replica.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 4050, Level = LogLevel.Critical, Message = "this member does not vote and serves nothing: {Reason}")]
    private partial void LogDamaged(string reason);

    [LoggerMessage(EventId = 4051, Level = LogLevel.Critical, Message = "the replica could not start")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventId = 4052, Level = LogLevel.Critical, Message = "this process ends: its member was removed from the cluster, and its folder is retired")]
    private partial void LogRemoved();

    [LoggerMessage(EventId = 4053, Level = LogLevel.Warning, Message = "this member could not announce its stop, so its silence may be taken for a loss: {Why}")]
    private partial void LogNotAnnounced(string why);

    private async Task EndWhenRemovedAsync()
    {
        await raft.Removal.ConfigureAwait(false);
        LogRemoved();
        Environment.ExitCode = RemovedExitCode;
        host.StopApplication();
    }

    private async Task RunAsync()
    {
        try
        {
            await replica.StartAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped while it waited for its peers.
        }
        catch (Exception exception) when (exception is LogDamagedException or LogSpaceException or MemberFolderException)
        {
            LogDamaged(raft.Status.Fault ?? exception.Message);
        }
        catch (Exception exception)
        {
            LogFailed(exception);
            Environment.ExitCode = 1;
            host.StopApplication();
        }
    }
}
