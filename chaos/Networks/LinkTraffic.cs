using System.Diagnostics;

namespace StateServer.Chaos.Networks;

/// <summary>
/// Decides what becomes of each packet between members, by the conditions in force. One thread a sender; conditions may be
/// changed by any thread.
/// </summary>
internal sealed class LinkTraffic : IDisposable
{
    private readonly DelayLine _line = new();
    private readonly Random[] _randoms;
    private readonly long[,] _lastDue;
    private volatile LinkCondition?[,] _conditions;
    private long _dropped;
    private long _delayed;
    private long _duplicated;
    private long _reordered;

    public LinkTraffic(int members, int seed)
    {
        _conditions = new LinkCondition?[members, members];
        _lastDue = new long[members, members];
        _randoms = [.. Enumerable.Range(0, members).Select(from => new Random(HashCode.Combine(seed, from)))];
    }

    /// <summary>True while any condition is in force.</summary>
    public bool IsDisturbed => _conditions.Cast<LinkCondition?>().Any(c => c is not null);

    /// <summary>What was done to packets since the last <see cref="Apply"/>.</summary>
    public LinkCounts Counts => new(
        Interlocked.Read(ref _dropped), Interlocked.Read(ref _delayed), Interlocked.Read(ref _duplicated), Interlocked.Read(ref _reordered));

    /// <summary>Replaces the conditions in force; links that aren't named are undisturbed.</summary>
    public void Apply(IEnumerable<(int From, int To)> links, LinkCondition condition)
    {
        var next = new LinkCondition?[_conditions.GetLength(0), _conditions.GetLength(1)];
        foreach ((int from, int to) in links)
        {
            next[from, to] = condition;
        }

        Interlocked.Exchange(ref _dropped, 0);
        Interlocked.Exchange(ref _delayed, 0);
        Interlocked.Exchange(ref _duplicated, 0);
        Interlocked.Exchange(ref _reordered, 0);
        _conditions = next;
    }

    /// <summary>Lifts all conditions; packets that wait still arrive.</summary>
    public void Clear() => _conditions = new LinkCondition?[_conditions.GetLength(0), _conditions.GetLength(1)];

    /// <summary>Sends a packet on, or not, now or later, once or twice.</summary>
    public void Forward(int from, int to, ReadOnlySpan<byte> packet, Action<byte[]> later, Action<ReadOnlySpan<byte>> now)
    {
        LinkCondition? condition = _conditions[from, to];
        long clock = Stopwatch.GetTimestamp();
        if (condition is null)
        {
            // What was delayed before must not be overtaken: the order is kept where nothing turns it round.
            if (Volatile.Read(ref _lastDue[from, to]) > clock)
            {
                _line.Send(later, packet.ToArray(), _lastDue[from, to]);
            }
            else
            {
                now(packet);
            }

            return;
        }

        Random random = _randoms[from];
        if (random.NextDouble() < condition.Loss)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        long due = Math.Max(clock + Ticks(condition.Delay), _lastDue[from, to]);
        if (random.NextDouble() < condition.Duplicates)
        {
            Interlocked.Increment(ref _duplicated);
            _line.Send(later, packet.ToArray(), due + Ticks(random.NextDouble() * condition.Scatter));
        }

        if (random.NextDouble() < condition.Reordered)
        {
            Interlocked.Increment(ref _reordered);
            _line.Send(later, packet.ToArray(), due + Ticks(random.NextDouble() * condition.Scatter));
            return;
        }

        Volatile.Write(ref _lastDue[from, to], due);
        if (due > clock)
        {
            Interlocked.Increment(ref _delayed);
            _line.Send(later, packet.ToArray(), due);
        }
        else
        {
            now(packet);
        }
    }

    public void Dispose() => _line.Dispose();

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
