using System.Diagnostics.Metrics;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Rehearsal;

/// <summary>An election is rehearsed once in a process, by whoever asks first; the others wait for the same one. Thread-safe.</summary>
/// <param name="folder">The rehearsal's folder.</param>
/// <param name="time">The clock.</param>
internal sealed class RehearsalOnce(string folder, TimeProvider time) : IAsyncDisposable
{
    private static readonly Histogram<double> Seconds = RaftMeter.Meter.CreateHistogram<double>(
        "stateserver.rehearsal.duration", "s", "How long this process rehearsed an election, by whether it came to nothing");

    /// <summary>What is compiled is compiled for the process, however many members it has.</summary>
    private static int _isDone;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private Task? _run;

    /// <summary>Rehearses, unless that was done; one that came to nothing is not tried again.</summary>
    /// <param name="cancellationToken">Ends the wait; the rehearsal, which others may wait for, bounds itself.</param>
    /// <exception cref="TimeoutException">It came to nothing within its time.</exception>
    /// <exception cref="Raft.TransferRefusedException">The rehearsed hand-over came to nothing.</exception>
    /// <exception cref="IOException">The folder can't be used, or the disk is full.</exception>
    public Task EnsureAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_run is null && Volatile.Read(ref _isDone) != 0)
            {
                return Task.CompletedTask;
            }

            return (_run ??= Task.Run(RunAsync, CancellationToken.None)).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends one that is under way, and waits until nothing is left of it; whoever waits for it sees it cancelled. Called once.</summary>
    public async ValueTask DisposeAsync()
    {
        Task run;
        lock (_lock)
        {
            run = _run ??= Task.FromCanceled(new CancellationToken(canceled: true));
        }

        await _end.CancelAsync().ConfigureAwait(false);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        var begin = time.GetTimestamp();
        var failed = true;
        try
        {
            await ElectionRehearsal.RunAsync(folder, time, _end.Token).ConfigureAwait(false);
            Volatile.Write(ref _isDone, 1);
            failed = false;
        }
        finally
        {
            Seconds.Record(time.GetElapsedTime(begin).TotalSeconds, new KeyValuePair<string, object?>("failed", failed));
        }
    }
}
