namespace StateServer.Watching;

/// <summary>
/// Streams with something to send whose senders are run by one thread, one after the other: waking a thread costs more than a
/// sender has left to do, and messages that follow each other closely leave a connection together. For one thread until it is run.
/// </summary>
internal sealed class WakeBatch : IThreadPoolWorkItem
{
    /// <summary>Streams in one: few enough that an event with many watchers still spreads over the cores.</summary>
    public const int Capacity = 16;

    private readonly SendQueue[] _queues = new SendQueue[Capacity];
    private int _count;

    /// <summary>True once no more fit.</summary>
    public bool IsFull => _count == Capacity;

    /// <summary>Adds one, which must be run then.</summary>
    public void Add(SendQueue queue) => _queues[_count++] = queue;

    /// <summary>Runs them soon, by another thread; it takes no more afterwards.</summary>
    public void RunSoon() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Runs them on this thread, which must hold no lock. It is empty then.</summary>
    public void Run()
    {
        var count = _count;
        _count = 0;
        for (var i = 0; i < count; i++)
        {
            _queues[i].WakeTaker();
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();
}
