using System.Diagnostics;
using Grpc.Core;
using StateServer.Bench.Machine;
using StateServer.Bench.Operations;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Load;

/// <summary>
/// A number of clients, each of which starts its next operation when the last one was answered. What happens in the warm-up
/// isn't counted in the figures; everything acknowledged is counted for the check that follows.
/// </summary>
internal sealed class ClosedLoop
{
    /// <summary>A failing target is given up after this many failures: figures of it would mean nothing.</summary>
    private const int MostFailures = 100;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LastAnswerLimit = TimeSpan.FromSeconds(30);

    private volatile bool _measuring;
    private volatile bool _ended;
    private int _failures;
    private long _acknowledged;
    private string? _firstFailure;

    /// <summary>Drives the clients and measures.</summary>
    /// <exception cref="TargetFailedException">Wrong answers, too many failures, or no answer.</exception>
    public async Task<LoadResult> RunAsync(
        TargetCluster cluster, IReadOnlyList<IOperation> clients, TimeSpan warmUp, TimeSpan duration,
        CancellationToken cancellationToken)
    {
        LatencySamples[] samples = [.. clients.Select(_ => new LatencySamples())];
        Task[] running = [.. clients.Select((client, i) => Task.Run(() => DriveAsync(client, samples[i]), CancellationToken.None))];
        Task all = Task.WhenAll(running);
        try
        {
            await Task.WhenAny(all, Task.Delay(warmUp, cancellationToken));
            long serverCpu = cluster.CpuMicroseconds();
            long ownCpu = ProcessFigures.CpuMicroseconds(Environment.ProcessId);
            long from = Stopwatch.GetTimestamp();
            _measuring = true;
            await Task.WhenAny(all, Task.Delay(duration, cancellationToken));
            _measuring = false;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(from);
            serverCpu = cluster.CpuMicroseconds() - serverCpu;
            ownCpu = ProcessFigures.CpuMicroseconds(Environment.ProcessId) - ownCpu;
            _ended = true;
            cancellationToken.ThrowIfCancellationRequested();
            await WaitForLastAnswersAsync(all, cluster);
            return new LoadResult(
                LatencySamples.Sorted(samples), elapsed, serverCpu, ownCpu, _acknowledged, _failures, _firstFailure);
        }
        finally
        {
            _ended = true;
        }
    }

    private async Task WaitForLastAnswersAsync(Task all, TargetCluster cluster)
    {
        try
        {
            await all.WaitAsync(LastAnswerLimit);
        }
        catch (TimeoutException)
        {
            throw new TargetFailedException($"{cluster.Name} left operations unanswered for {LastAnswerLimit}");
        }
        if (_failures >= MostFailures)
        {
            throw new TargetFailedException($"{cluster.Name} failed {_failures} operations, first: {_firstFailure}");
        }
    }

    private async Task DriveAsync(IOperation client, LatencySamples samples)
    {
        while (!_ended && Volatile.Read(ref _failures) < MostFailures)
        {
            long started = Stopwatch.GetTimestamp();
            try
            {
                await client.RunAsync().ConfigureAwait(false);
            }
            catch (RpcException exception)
            {
                Interlocked.Increment(ref _failures);
                Interlocked.CompareExchange(ref _firstFailure, exception.Status.ToString(), null);
                await Task.Delay(AfterFailure).ConfigureAwait(false);
                continue;
            }
            Interlocked.Increment(ref _acknowledged);
            if (_measuring)
            {
                samples.Add(Stopwatch.GetTimestamp() - started);
            }
        }
    }
}
