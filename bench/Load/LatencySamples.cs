using System.Diagnostics;

namespace StateServer.Bench.Load;

/// <summary>Every latency of one client, in ticks of <see cref="Stopwatch"/>. Not thread-safe: each client has its own.</summary>
internal sealed class LatencySamples
{
    /// <summary>Enough for a client that is alone for ten seconds; it doubles beyond.</summary>
    private const int InitialCapacity = 1 << 14;

    private long[] _ticks = new long[InitialCapacity];

    public int Count { get; private set; }

    public void Add(long ticks)
    {
        if (Count == _ticks.Length)
        {
            Array.Resize(ref _ticks, 2 * Count);
        }
        _ticks[Count++] = ticks;
    }

    /// <summary>All samples of all clients, ascending.</summary>
    public static long[] Sorted(IEnumerable<LatencySamples> samples)
    {
        long[] all = [.. samples.SelectMany(one => one._ticks.Take(one.Count))];
        Array.Sort(all);
        return all;
    }

    /// <summary>
    /// The exact quantile by nearest rank: the smallest sample that at least <paramref name="quantile"/> of all samples do not
    /// exceed, in ms; 0 without samples.
    /// </summary>
    public static double Milliseconds(long[] sorted, double quantile)
    {
        if (sorted.Length == 0)
        {
            return 0;
        }
        int rank = (int)Math.Ceiling(quantile * sorted.Length);
        return sorted[Math.Clamp(rank, 1, sorted.Length) - 1] * 1000.0 / Stopwatch.Frequency;
    }
}
