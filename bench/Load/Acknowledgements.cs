using System.Diagnostics;

namespace StateServer.Bench.Load;

/// <summary>When calls were sent and acknowledged, in ticks of <see cref="Stopwatch"/>. Thread-safe.</summary>
internal sealed class Acknowledgements
{
    private readonly Lock _lock = new();
    private readonly List<(long Sent, long Answered)> _calls = [];

    /// <summary>How many there were.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _calls.Count;
            }
        }
    }

    /// <summary>Takes one into account.</summary>
    public void Add(long sent, long answered)
    {
        lock (_lock)
        {
            _calls.Add((sent, answered));
        }
    }

    /// <summary>How many were answered at the moment or later.</summary>
    public int CountSince(long moment)
    {
        lock (_lock)
        {
            int count = 0;
            // Answers are added a moment after they came: nearly in order, which is enough where they are counted backwards.
            for (int i = _calls.Count - 1; i >= 0 && _calls[i].Answered >= moment; i--)
            {
                count++;
            }
            return count;
        }
    }

    /// <summary>When the first call that was sent after the moment was acknowledged; null as long as none was.</summary>
    public long? FirstAnswerAfter(long moment) =>
        Copy().Where(call => call.Sent > moment).Select(call => (long?)call.Answered).Min();

    /// <summary>
    /// The longest time between two acknowledgements that follow each other, of which the second came at
    /// <paramref name="from"/> or later, and the first before <paramref name="until"/>.
    /// </summary>
    public TimeSpan LongestGap(long from, long until = long.MaxValue)
    {
        long[] answers = [.. Copy().Select(call => call.Answered).Order()];
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 1; i < answers.Length; i++)
        {
            TimeSpan gap = Stopwatch.GetElapsedTime(answers[i - 1], answers[i]);
            if (answers[i] >= from && answers[i - 1] < until && gap > longest)
            {
                longest = gap;
            }
        }
        return longest;
    }

    /// <summary>The latencies of the calls that were sent from one moment until before another, ascending, in ticks.</summary>
    public long[] Latencies(long sentFrom, long sentUntil) =>
    [
        .. Copy().Where(call => call.Sent >= sentFrom && call.Sent < sentUntil).Select(call => call.Answered - call.Sent).Order(),
    ];

    private (long Sent, long Answered)[] Copy()
    {
        lock (_lock)
        {
            return [.. _calls];
        }
    }
}
