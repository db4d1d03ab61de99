using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Load;

/// <summary>
/// Puts a new key every 5 ms, whether or not the ones before were answered, to each of its endpoints in turn, and keeps the
/// times of the answers. Thread-safe.
/// </summary>
internal sealed class PacedWriter : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(3);

    /// <summary>Puts under way at most: more than are sent within <see cref="CallLimit"/>.</summary>
    private const int MostPending = 1_000;

    private readonly GrpcChannel[] _channels;
    private readonly string _prefix;
    private readonly ByteString _value = Keys.RandomValue(new Random(1));
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _pending = new(MostPending);
    private readonly Task _running;
    private long _sent;

    public PacedWriter(IReadOnlyList<string> endpoints, string prefix)
    {
        _channels = [.. endpoints.Select(Connections.Open)];
        _prefix = prefix;
        _running = Task.Run(RunAsync);
    }

    /// <summary>When each acknowledged put was sent and answered.</summary>
    public Acknowledgements Answers { get; } = new();

    /// <summary>Puts that were acknowledged.</summary>
    public long Acknowledged => Answers.Count;

    /// <summary>Puts that were sent and not acknowledged.</summary>
    public long Unknown => Interlocked.Read(ref _sent) - Acknowledged;

    /// <summary>What the last failed put said.</summary>
    public string LastFailure { get; private set; } = "no put failed";

    /// <summary>How many puts were acknowledged in the window that ends now.</summary>
    public int AcknowledgedWithin(TimeSpan window) =>
        Answers.CountSince(Stopwatch.GetTimestamp() - (long)(window.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Sends no more and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        for (int i = 0; i < MostPending; i++)
        {
            await _pending.WaitAsync();
        }
        _pending.Release(MostPending);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Array.ForEach(_channels, channel => channel.Dispose());
        _stop.Dispose();
        _pending.Dispose();
    }

    private async Task RunAsync()
    {
        KV.KVClient[] clients = [.. _channels.Select(channel => new KV.KVClient(channel))];
        using PeriodicTimer timer = new(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (await _pending.WaitAsync(TimeSpan.Zero))
                {
                    long number = Interlocked.Increment(ref _sent);
                    _ = PutAsync(clients[number % clients.Length], number);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private async Task PutAsync(KV.KVClient client, long number)
    {
        try
        {
            byte[] key = Keys.Numbered(_prefix);
            Keys.SetNumber(key, number);
            PutRequest request = new() { Key = UnsafeByteOperations.UnsafeWrap(key), Value = _value };
            long sent = Stopwatch.GetTimestamp();
            await client.PutAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + CallLimit);
            Answers.Add(sent, Stopwatch.GetTimestamp());
        }
        catch (RpcException exception)
        {
            LastFailure = exception.Status.ToString();
        }
        finally
        {
            _pending.Release();
        }
    }
}
