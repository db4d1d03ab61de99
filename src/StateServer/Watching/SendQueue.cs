using System.Threading.Tasks.Sources;

namespace StateServer.Watching;

/// <summary>
/// What waits to be sent to one client, in order, with a bound on messages and bytes. Events are refused past the bound;
/// answers to the client's own requests are not, but it is read no further until there is room. Thread-safe, for one taker.
/// </summary>
/// <param name="options">The bounds.</param>
/// <param name="backlog">What waits in all queues together.</param>
internal sealed class SendQueue(WatchOptions options, Backlog backlog) : IValueTaskSource, IThreadPoolWorkItem
{
    /// <summary>Places kept in an empty queue where it holds bursts: 32 KiB, below what .NET calls a large object.</summary>
    private const int KeptCapacity = 1_024;

    /// <summary>Places kept where it does not: 2 KiB.</summary>
    private const int SmallCapacity = 64;

    private readonly Lock _gate = new();
    private readonly Queue<WatchMessage> _messages = new();
    private ManualResetValueTaskSourceCore<bool> _wake;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _end;
    private WatchEnding? _ending;
    private WatchBatch? _sending;
    private long _bytes;
    private bool _isAwaited;
    private bool _hasRefused;
    private int _most;

    /// <summary>Messages that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count;
            }
        }
    }

    /// <summary>Why nothing more is sent, once that is so.</summary>
    public WatchEnding? Ending => Volatile.Read(ref _ending);

    /// <summary>True where events would be taken now.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return !IsFull;
            }
        }
    }

    private bool IsFull =>
        _messages.Count >= options.MaxStreamMessages
        || _bytes >= options.MaxStreamBytes
        || (_bytes > 0 && backlog.IsFull);

    /// <summary>Adds events, where there is room; afterwards <see cref="TryTake"/> tells when there is room again.</summary>
    /// <param name="message">The events.</param>
    /// <param name="mustWake">Whether the taker waits for this: whoever added it calls <see cref="WakeTaker"/>, holding no lock.</param>
    public bool TryAddEvents(in WatchMessage message, out bool mustWake)
    {
        mustWake = false;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return true;
            }

            if (IsFull)
            {
                _hasRefused = true;
                return false;
            }

            backlog.Enter(message.Batch!);
            _bytes += message.Batch!.SizeBytes;
            mustWake = Enqueue(message);
        }

        return true;
    }

    /// <summary>Adds an answer, even past the bound.</summary>
    public void Add(in WatchMessage message)
    {
        bool wake;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return;
            }

            wake = Enqueue(message);
        }

        WakeSoon(wake);
    }

    /// <summary>Takes the next message, and gives up the memory of the one before it, which must have been sent.</summary>
    /// <param name="message">The message.</param>
    /// <param name="more">Whether another one waits behind it.</param>
    /// <param name="hasRoomAgain">True once after events were refused, when half of the room is free.</param>
    /// <returns>False where none waits, or the end has come.</returns>
    public bool TryTake(out WatchMessage message, out bool more, out bool hasRoomAgain)
    {
        TaskCompletionSource? room = null;
        bool taken;
        lock (_gate)
        {
            Sent();
            taken = _messages.TryDequeue(out message) && _ending is null;
            more = _messages.Count > 0;
            _sending = taken ? message.Batch : null;
            if (taken && !more)
            {
                Trim();
            }

            var isHalfFree = !IsFull && _messages.Count <= options.MaxStreamMessages / 2 && _bytes <= options.MaxStreamBytes / 2;
            hasRoomAgain = _hasRefused && isHalfFree;
            if (isHalfFree)
            {
                _hasRefused = false;
                (room, _room) = (_room, null);
            }
        }

        room?.TrySetResult();
        return taken;
    }

    /// <summary>Waits until a message waits or the end has come. Only the taker may wait, once at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_messages.Count > 0 || _ending is not null)
            {
                return ValueTask.CompletedTask;
            }

            _wake.Reset();
            _isAwaited = true;
            return new ValueTask(this, _wake.Version);
        }
    }

    /// <summary>Waits while more waits than may: whoever reads the client's requests stops there.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (_ending is not null || (_messages.Count < options.MaxStreamMessages && _bytes < options.MaxStreamBytes))
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Waits until the end has come. For one caller.</summary>
    public Task WaitForEndAsync()
    {
        lock (_gate)
        {
            if (_ending is not null)
            {
                return Task.CompletedTask;
            }

            _end ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _end.Task;
        }
    }

    /// <summary>Ends it: what waits is dropped, and whoever waits is woken. The first ending counts.</summary>
    public void End(WatchEnding ending)
    {
        TaskCompletionSource? room;
        bool wake;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return;
            }

            Volatile.Write(ref _ending, ending);
            while (_messages.TryDequeue(out var message))
            {
                Release(message.Batch);
            }

            (wake, _isAwaited) = (_isAwaited, false);
            (room, _room) = (_room, null);
        }

        WakeSoon(wake);
        room?.TrySetResult();
        _end?.TrySetResult();
    }

    /// <summary>The taker is gone: what it was sending takes no memory any more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            Sent();
        }
    }

    /// <summary>Runs the taker that waited until it waits again, on this thread.</summary>
    public void WakeTaker() => _wake.SetResult(true);

    void IThreadPoolWorkItem.Execute() => WakeTaker();

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    private bool Enqueue(in WatchMessage message)
    {
        _messages.Enqueue(message);
        _most = Math.Max(_most, _messages.Count);
        (var wake, _isAwaited) = (_isAwaited, false);
        return wake;
    }

    /// <summary>Empty, it keeps the room that its bursts need, but not that of a rare one.</summary>
    private void Trim()
    {
        if (_messages.Capacity > KeptCapacity || (_messages.Capacity > SmallCapacity && _most < _messages.Capacity / 4))
        {
            _messages.TrimExcess(Math.Clamp(_most, SmallCapacity, KeptCapacity));
        }

        _most = 0;
    }

    private void Sent()
    {
        Release(_sending);
        _sending = null;
    }

    private void Release(WatchBatch? batch)
    {
        if (batch is not null)
        {
            _bytes -= batch.SizeBytes;
            backlog.Leave(batch);
        }
    }

    /// <summary>By another thread: the caller may hold locks that the taker asks for.</summary>
    private void WakeSoon(bool wake)
    {
        if (wake)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
