using StateServer.Bench.Load;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Watches;

/// <summary>
/// Takes every event of every watch and checks it: a watch sees each version of its key once and in order, from the first on. One
/// watch's events come one after the other; those of different watches at any time.
/// </summary>
/// <param name="watches">How many watches there are.</param>
/// <param name="writers">How many writers await the arrival of their puts.</param>
internal sealed class Deliveries(int watches, int writers)
{
    private readonly int[] _versions = new int[watches];
    private readonly int[] _missing = new int[writers];
    private readonly TaskCompletionSource[] _arrived = new TaskCompletionSource[writers];

    private string? _failure;
    private long _count;

    /// <summary>Events that came.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>To be called before a writer's put is sent: ends when all watches of its key saw it.</summary>
    public Task Expect(int writer, int perKey)
    {
        _arrived[writer] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _missing[writer], perKey);
        return _arrived[writer].Task;
    }

    /// <summary>Takes all events of one message.</summary>
    /// <param name="watch">Whose they are.</param>
    /// <param name="answer">The message.</param>
    /// <param name="received">When it came, in stopwatch ticks.</param>
    /// <param name="delays">Where the delays of paced puts go; this caller's alone.</param>
    public void Add(int watch, ref WatchAnswer answer, long received, LatencySamples delays)
    {
        int count = 0;
        while (answer.MoveNext())
        {
            count++;
            if (answer.Version != ++_versions[watch])
            {
                _failure ??= $"watch {watch} saw version {answer.Version} of its key where {_versions[watch]} was next";
            }
            PutStamp stamp = PutStamp.Read(answer.Value);
            if (stamp.Writer == PutStamp.Paced)
            {
                delays.Add(received - stamp.Sent);
            }
            else if (Interlocked.Decrement(ref _missing[stamp.Writer]) == 0)
            {
                _arrived[stamp.Writer].SetResult();
            }
        }
        Interlocked.Add(ref _count, count);
    }

    /// <exception cref="TargetFailedException">An event was missing, double or out of order.</exception>
    public void ThrowIfWrong()
    {
        if (_failure is not null)
        {
            throw new TargetFailedException(_failure);
        }
    }
}
