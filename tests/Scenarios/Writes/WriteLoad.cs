using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Writes;

/// <summary>
/// Writers through every member at once, each writing keys never written before, one after another; every third write is a
/// transaction. Beside them readers check that a linearizable read through any member sees what was acknowledged before.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    /// <summary>What a server says when it has certainly not executed a write.</summary>
    private static readonly string[] Refusals =
        ["etcdserver: no leader", "etcdserver: too many requests", "database space exceeded", "etcdserver: request is too large"];

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<WriteRecord> _records = new();
    private readonly ConcurrentQueue<string> _stale = new();
    private readonly WriteRecord?[] _newest;
    private readonly List<EtcdConnection> _connections = [];
    private readonly List<Task> _workers = [];
    private readonly string _prefix;
    private readonly TimeSpan _pause;
    private readonly int _valueBytes;
    private long _acknowledged;
    private long _reads;

    private WriteLoad(string prefix, int writers, TimeSpan pause, int valueBytes)
    {
        _prefix = prefix;
        _pause = pause;
        _valueBytes = valueBytes;
        _newest = new WriteRecord?[writers];
    }

    /// <summary>Writes acknowledged so far.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Linearizable reads answered so far.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>Starts writing.</summary>
    /// <param name="cluster">Through every member of it.</param>
    /// <param name="prefix">What all its keys begin with; it must be new.</param>
    /// <param name="writers">How many writers.</param>
    /// <param name="pause">How long each waits between two writes: keeps the two cores for the cluster. Default 10 ms.</param>
    /// <param name="valueBytes">The least size of a value.</param>
    /// <param name="slots">Only through these members.</param>
    public static WriteLoad Start(
        TestCluster cluster, string prefix = "load/", int writers = 6, TimeSpan? pause = null, int valueBytes = 16, IReadOnlyList<int>? slots = null)
    {
        var load = new WriteLoad(prefix, writers, pause ?? TimeSpan.FromMilliseconds(10), valueBytes);
        int[] through = [.. slots ?? [.. cluster.Slots]];
        load.Begin(
            [.. Enumerable.Range(0, writers).Select(writer => through[writer % through.Length]).Select(Fixed)],
            [.. through.Select(Fixed)]);
        return load;

        Route Fixed(int slot)
        {
            var connection = load.Connect(cluster.Endpoints[slot]);
            return _ => (slot, connection);
        }
    }

    /// <summary>Starts writing and reading by routes that may lead now to one member and now to another. Their connections are the caller's.</summary>
    /// <param name="writers">A route for each writer.</param>
    /// <param name="readers">A route for each reader.</param>
    /// <param name="prefix">What all its keys begin with; it must be new.</param>
    /// <param name="pause">How long each waits between two writes.</param>
    public static WriteLoad Start(IReadOnlyList<Route> writers, IReadOnlyList<Route> readers, string prefix, TimeSpan pause)
    {
        var load = new WriteLoad(prefix, writers.Count, pause, valueBytes: 16);
        load.Begin(writers, readers);
        return load;
    }

    private void Begin(IReadOnlyList<Route> writers, IReadOnlyList<Route> readers)
    {
        for (int writer = 0; writer < writers.Count; writer++)
        {
            int number = writer;
            _workers.Add(Task.Run(() => WriteAsync(number, writers[number])));
        }

        for (int reader = 0; reader < readers.Count; reader++)
        {
            int number = reader;
            _workers.Add(Task.Run(() => ReadAsync(number, readers[number])));
        }
    }

    /// <summary>Stops, waits for what is under way, and hands over what was recorded.</summary>
    public async Task<WriteHistory> StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
        return new WriteHistory(_prefix, [.. _records], [.. _stale]);
    }

    /// <summary>Waits until this many more writes were acknowledged.</summary>
    public Task MoreAsync(int writes, Func<string> evidence, TimeSpan? limit = null)
    {
        long goal = Acknowledged + writes;
        return Waiting.Until.TrueAsync(
            $"{writes} more writes were acknowledged", limit ?? TestCluster.Patience, () => Acknowledged >= goal,
            () => new WriteHistory(_prefix, [.. _records], []).Summary() + "\n" + evidence());
    }

    /// <summary>The newest acknowledged write of every writer: what a linearizable read that begins now must see.</summary>
    public IReadOnlyList<WriteRecord> Newest() => [.. _newest.OfType<WriteRecord>()];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _connections.ForEach(connection => connection.Dispose());
        _stop.Dispose();
    }

    /// <summary>What an exception of a call says of the write's fate.</summary>
    public static (WriteFate Fate, string Error) FateOf(Exception error) => error is RpcException rpc
        ? (Refusals.Any(text => rpc.Status.Detail.Contains(text, StringComparison.Ordinal)) ? WriteFate.Refused : WriteFate.Unknown,
            $"{rpc.StatusCode} {Masked(rpc.Status.Detail)}")
        : (WriteFate.Unknown, error.GetType().Name + " " + error.Message);

    private EtcdConnection Connect(string endpoint)
    {
        var connection = new EtcdConnection(endpoint);
        _connections.Add(connection);
        return connection;
    }

    private async Task WriteAsync(int writer, Route route)
    {
        bool failed = false;
        for (long sequence = 0; !_stop.IsCancellationRequested; sequence++)
        {
            var (slot, connection) = route(failed);
            string key = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{writer}/{sequence:D8}");
            string value = string.Create(CultureInfo.InvariantCulture, $"{writer}-{sequence}-{slot}").PadRight(_valueBytes, '.');
            var record = await WriteOnceAsync(connection, slot, key, value, sequence % 3 == 2);
            _records.Enqueue(record);
            failed = record.Fate != WriteFate.Acknowledged;
            if (!failed)
            {
                _newest[writer] = record;
                Interlocked.Increment(ref _acknowledged);
            }

            // A member that is down refuses at once: don't spin on it.
            await PauseAsync(failed ? TimeSpan.FromMilliseconds(50) : _pause);
        }
    }

    private async Task<WriteRecord> WriteOnceAsync(EtcdConnection connection, int slot, string key, string value, bool transaction)
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            long revision = transaction
                ? await connection.PutAllAsync([(key, value)])
                : await connection.PutAsync(key, value);
            return new WriteRecord(key, value, WriteFate.Acknowledged, revision, begun, Stopwatch.GetTimestamp(), slot, null);
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or IOException)
        {
            var (fate, error) = FateOf(e);
            return new WriteRecord(key, value, fate, 0, begun, Stopwatch.GetTimestamp(), slot, error);
        }
    }

    private async Task ReadAsync(int reader, Route route)
    {
        bool failed = false;
        for (int turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            if (_newest[(turn + reader) % _newest.Length] is { } expected)
            {
                var (slot, connection) = route(failed);
                failed = !await ReadOnceAsync(slot, connection, expected);
            }

            await PauseAsync(TimeSpan.FromMilliseconds(10));
        }
    }

    /// <returns>False where it was not answered.</returns>
    private async Task<bool> ReadOnceAsync(int slot, EtcdConnection connection, WriteRecord expected)
    {
        try
        {
            var reply = await connection.RangeAsync(expected.Key);
            Interlocked.Increment(ref _reads);
            if (reply.Keys.Count == 0 || reply.Revision < expected.Revision)
            {
                _stale.Enqueue($"slot {slot} answered revision {reply.Revision} with {reply.Keys.Count} keys for {expected.Key}, acknowledged before at {expected.Revision}");
            }

            return true;
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or IOException)
        {
            // An error is no answer: nothing to hold against it.
            return false;
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition says the same.
        }
    }

    /// <summary>Numbers out, so that like errors count as one.</summary>
    private static string Masked(string detail) =>
        new([.. detail.Take(160).Select(letter => char.IsAsciiDigit(letter) ? '#' : letter)]);
}
