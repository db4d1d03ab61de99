using System.Diagnostics;
using Google.Protobuf;
using StateServer.Bench.Http2;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Watches;

/// <summary>All watches of a plan, open on a cluster.</summary>
internal sealed class WatchFleet : IAsyncDisposable
{
    private static readonly TimeSpan CreationLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly StreamConnections _connections;
    private readonly WatchStream[] _streams;

    private WatchFleet(WatchPlan plan, Deliveries deliveries, StreamConnections connections, WatchStream[] streams, TimeSpan creation)
    {
        Plan = plan;
        Deliveries = deliveries;
        _connections = connections;
        _streams = streams;
        Creation = creation;
    }

    public WatchPlan Plan { get; }

    public Deliveries Deliveries { get; }

    /// <summary>How long it took until all streams were open and all watches acknowledged.</summary>
    public TimeSpan Creation { get; }

    /// <summary>The delays of all paced puts at all watches, ascending, in stopwatch ticks.</summary>
    public long[] SortedDelays() => LatencySamples.Sorted(_streams.Select(stream => stream.Delays));

    /// <summary>Opens the streams and creates the watches, on all streams at a time.</summary>
    /// <param name="cluster">A cluster that serves.</param>
    /// <param name="plan">Who watches what.</param>
    /// <param name="keyOf">The keys by their numbers; none of them exists yet.</param>
    /// <param name="writers">How many writers await the arrival of their puts.</param>
    /// <param name="leaderOnly">All connections go to the leader.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<WatchFleet> OpenAsync(
        TargetCluster cluster, WatchPlan plan, Func<int, ByteString> keyOf, int writers, bool leaderOnly, CancellationToken cancellationToken)
    {
        StreamConnections connections = await StreamConnections.OpenAsync(cluster, plan.Connections, leaderOnly, cancellationToken);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CreationLimit);
        try
        {
            Deliveries deliveries = new(plan.Watches, writers);
            long started = Stopwatch.GetTimestamp();
            WatchStream[] streams = await Task.WhenAll(Enumerable.Range(0, plan.Streams).Select(number =>
                WatchStream.OpenAsync(connections.Of(number), plan, number, keyOf, deliveries, limit.Token)));
            return new WatchFleet(plan, deliveries, connections, streams, Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            connections.ThrowIfFailed();
            await connections.DisposeAsync();
            throw new TargetFailedException($"{cluster.Name} didn't acknowledge {plan.Watches} watches within {CreationLimit}");
        }
        catch
        {
            await connections.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="TargetFailedException">Something that was delivered was wrong, or a stream ended.</exception>
    public void ThrowIfWrong()
    {
        _connections.ThrowIfFailed();
        Array.ForEach(_streams, stream => stream.ThrowIfFailed());
        Deliveries.ThrowIfWrong();
    }

    /// <summary>Waits until that many events have come in all, and fails if they don't, or one too many does.</summary>
    public async Task WaitForAsync(long events, string target, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Deliveries.Count < events)
        {
            ThrowIfWrong();
            if (Stopwatch.GetElapsedTime(started) > ArrivalLimit)
            {
                throw new TargetFailedException($"{target} delivered {Deliveries.Count} events of {events}: the figures are void");
            }
            await Task.Delay(Pause, cancellationToken);
        }
        ThrowIfWrong();
        if (Deliveries.Count > events)
        {
            throw new TargetFailedException($"{target} delivered {Deliveries.Count} events, and there were {events}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        Array.ForEach(_streams, stream => stream.Dispose());
    }
}
