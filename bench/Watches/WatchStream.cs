using Google.Protobuf;
using StateServer.Bench.Http2;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Watches;

/// <summary>One stream of the watch service with its watches.</summary>
internal sealed class WatchStream : IDisposable
{
    /// <summary>Creations that wait for their answer at a time.</summary>
    private const int MostPending = 32;

    private readonly WatchPlan _plan;
    private readonly int _number;
    private readonly Deliveries _deliveries;
    private readonly SemaphoreSlim _pending = new(MostPending);
    private readonly int[] _watches;
    private int _created;
    private volatile string? _failure;

    private WatchStream(WatchPlan plan, int number, Deliveries deliveries)
    {
        _plan = plan;
        _number = number;
        _deliveries = deliveries;
        _watches = new int[plan.PerStream];
    }

    /// <summary>How long each paced put took until it was here; to be read when no more come.</summary>
    public LatencySamples Delays { get; } = new();

    /// <summary>Starts the stream and creates its watches; returns when all are acknowledged.</summary>
    public static async Task<WatchStream> OpenAsync(
        GrpcConnection connection, WatchPlan plan, int number, Func<int, ByteString> keyOf, Deliveries deliveries, CancellationToken cancellationToken)
    {
        WatchStream opened = new(plan, number, deliveries);
        GrpcStream stream = await connection.StartAsync("/etcdserverpb.Watch/Watch", opened.Take).ConfigureAwait(false);
        for (int place = 0; place < plan.PerStream; place++)
        {
            await opened.WaitForPlaceAsync(cancellationToken).ConfigureAwait(false);
            ByteString key = keyOf(plan.KeyOf(plan.WatchOf(number, place)));
            await stream.SendAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = key } }).ConfigureAwait(false);
        }
        for (int place = 0; place < MostPending; place++)
        {
            await opened.WaitForPlaceAsync(cancellationToken).ConfigureAwait(false);
        }
        return opened;
    }

    /// <exception cref="TargetFailedException">A watch was refused or cancelled.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new TargetFailedException(_failure);
        }
    }

    public void Dispose() => _pending.Dispose();

    private async ValueTask WaitForPlaceAsync(CancellationToken cancellationToken)
    {
        await _pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
    }

    private void Take(ReadOnlySpan<byte> message, long received)
    {
        WatchAnswer answer = new(message);
        if (answer.Canceled)
        {
            _failure ??= $"a watch was cancelled: {answer.Reason}";
            _pending.Release();
        }
        else if (answer.Created)
        {
            // Creations are answered in the order of the requests.
            Known(answer.WatchId) = _plan.WatchOf(_number, _created++);
            _pending.Release();
        }
        else
        {
            _deliveries.Add(Known(answer.WatchId), ref answer, received, Delays);
        }
    }

    /// <summary>A server counts the watches of a stream from 0, where the client names none.</summary>
    private ref int Known(long watchId)
    {
        if (watchId < 0 || watchId >= _watches.Length)
        {
            throw new InvalidDataException($"a stream of {_watches.Length} watches was told of watch {watchId}");
        }
        return ref _watches[watchId];
    }
}
