using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Bench.Load;
using StateServer.Bench.Machine;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Watches;

/// <summary>Puts to the watched keys, and what arrives of them: first as fast as all watches follow, then by the clock.</summary>
internal sealed class FanOut(TargetCluster cluster, WatchFleet fleet, Connections connections, Func<int, byte[]> keyOf)
{
    /// <summary>Writers of the first phase: each sends its next put when its last has reached all watches of the key.</summary>
    public const int Writers = 16;

    /// <summary>Events a second of the second phase, on all watches: well below what the servers reach, so that no queue builds up.</summary>
    public const int PacedEvents = 20_000;

    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(30);

    private readonly KV.KVClient[] _clients = [.. Enumerable.Range(0, Writers).Select(writer => new KV.KVClient(connections.Of(writer)))];

    private volatile bool _ended;
    private volatile bool _measuring;
    private long _puts;

    /// <summary>As fast as all watches follow; fails unless each of them saw all puts of its key.</summary>
    public async Task<IReadOnlyList<Figure>> SaturateAsync(TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken)
    {
        LatencySamples[] samples = [.. Enumerable.Range(0, Writers).Select(_ => new LatencySamples())];
        Task all = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, samples[writer]), CancellationToken.None)));
        try
        {
            await Task.WhenAny(all, Task.Delay(warmUp, cancellationToken));
            long serverCpu = cluster.CpuMicroseconds();
            long ownCpu = ProcessFigures.CpuMicroseconds(Environment.ProcessId);
            long events = fleet.Deliveries.Count;
            long from = Stopwatch.GetTimestamp();
            _measuring = true;
            await Task.WhenAny(all, Task.Delay(duration, cancellationToken));
            _measuring = false;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(from);
            events = Math.Max(1, fleet.Deliveries.Count - events);
            serverCpu = cluster.CpuMicroseconds() - serverCpu;
            ownCpu = ProcessFigures.CpuMicroseconds(Environment.ProcessId) - ownCpu;
            _ended = true;
            cancellationToken.ThrowIfCancellationRequested();
            await all;
            await fleet.WaitForAsync(_puts * fleet.Plan.PerKey, cluster.Name, cancellationToken);
            long[] sorted = LatencySamples.Sorted(samples);
            return
            [
                new("delivered", "events/s", events / elapsed.TotalSeconds),
                new("at all p50", "ms", LatencySamples.Milliseconds(sorted, 0.50)),
                new("at all p99", "ms", LatencySamples.Milliseconds(sorted, 0.99)),
                new("server CPU", "us/event", (double)serverCpu / events),
                new("client CPU", "us/event", (double)ownCpu / events),
            ];
        }
        finally
        {
            _ended = true;
        }
    }

    /// <summary>By the clock; the delay of every event from the put's sending to the watcher. Fails unless each was delivered once.</summary>
    public async Task<IReadOnlyList<Figure>> PaceAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        TimeSpan interval = TimeSpan.FromSeconds((double)fleet.Plan.PerKey / PacedEvents);
        List<Task> puts = [];
        using PeriodicTimer timer = new(interval);
        long from = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(from) < duration && await timer.WaitForNextTickAsync(cancellationToken))
        {
            puts.Add(PutAsync(_clients[puts.Count % Writers], puts.Count % fleet.Plan.Keys, PutStamp.Paced));
        }
        await AnsweredAsync(Task.WhenAll(puts));
        await fleet.WaitForAsync(_puts * fleet.Plan.PerKey, cluster.Name, cancellationToken);
        long[] delays = fleet.SortedDelays();
        return
        [
            new("delay p50", "ms", LatencySamples.Milliseconds(delays, 0.50)),
            new("delay p99", "ms", LatencySamples.Milliseconds(delays, 0.99)),
        ];
    }

    private async Task WriteAsync(int writer, LatencySamples samples)
    {
        Random random = new(writer);
        while (!_ended)
        {
            long started = Stopwatch.GetTimestamp();
            Task arrival = fleet.Deliveries.Expect(writer, fleet.Plan.PerKey);
            await AnsweredAsync(PutAsync(_clients[writer], random.Next(fleet.Plan.Keys), writer)).ConfigureAwait(false);
            await AnsweredAsync(arrival).ConfigureAwait(false);
            if (_measuring)
            {
                samples.Add(Stopwatch.GetTimestamp() - started);
            }
        }
    }

    private async Task PutAsync(KV.KVClient client, int key, int writer)
    {
        byte[] value = new byte[Keys.ValueBytes];
        new PutStamp(Stopwatch.GetTimestamp(), writer).Write(value);
        PutRequest request = new() { Key = UnsafeByteOperations.UnsafeWrap(keyOf(key)), Value = UnsafeByteOperations.UnsafeWrap(value) };
        using AsyncUnaryCall<PutResponse> call = client.PutAsync(request);
        await call.ResponseAsync.ConfigureAwait(false);
        Interlocked.Increment(ref _puts);
    }

    /// <summary>A put that isn't answered, or doesn't reach a watch, would leave its writer waiting for ever.</summary>
    private async Task AnsweredAsync(Task awaited)
    {
        try
        {
            await awaited.WaitAsync(ArrivalLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            fleet.ThrowIfWrong();
            throw new TargetFailedException($"{cluster.Name} left a put without its events, or without an answer, for {ArrivalLimit}");
        }
    }
}
