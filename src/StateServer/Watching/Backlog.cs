namespace StateServer.Watching;

/// <summary>Counts what waits to be sent, over all streams; a batch in many queues counts once. Thread-safe.</summary>
/// <param name="limit">The most bytes.</param>
internal sealed class Backlog(long limit)
{
    private long _bytes;

    /// <summary>Bytes of memory that waits, about: batches, and the messages that lead to them.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>True where streams may hold no more than one message each.</summary>
    public bool IsFull => Bytes >= limit;

    /// <summary>A batch entered a queue.</summary>
    public void Enter(WatchBatch batch)
    {
        Interlocked.Add(ref _bytes, WatchMessage.SizeBytes + (batch.Enter() ? batch.SizeBytes : 0));
    }

    /// <summary>A batch left a queue.</summary>
    public void Leave(WatchBatch batch)
    {
        Interlocked.Add(ref _bytes, -WatchMessage.SizeBytes - (batch.Leave() ? batch.SizeBytes : 0));
    }
}
