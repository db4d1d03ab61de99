using System.Collections.Concurrent;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>What the clients of one environment did and were told. Thread-safe.</summary>
internal sealed class ModelLog
{
    private long _repetitions;

    public ConcurrentQueue<ModelOperation> Operations { get; } = new();

    public ConcurrentQueue<ModelLook> Looks { get; } = new();

    /// <summary>Answers that no member should give.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>How often a request was sent again.</summary>
    public long Repetitions => Interlocked.Read(ref _repetitions);

    public void NoteRepetition() => Interlocked.Increment(ref _repetitions);
}
