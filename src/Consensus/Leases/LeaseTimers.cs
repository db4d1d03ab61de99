using System.Diagnostics.CodeAnalysis;
using StateServer.Domain.Identity;
using StateServer.Domain.Leases;

namespace StateServer.Consensus.Leases;

/// <summary>
/// The deadlines of all leases, by lease and in the order they come up. Belongs to a <see cref="LeaseTable"/>, under its lock.
/// </summary>
/// <remarks>
/// Each lease stands in the queue once, at a deadline that may be out of date: renewing moves only the lease's own deadline, and
/// when the queue comes to it, it is queued again at that one. So a renewal costs a look-up.
/// </remarks>
/// <param name="time">The clock; only its timestamps are used.</param>
internal sealed class LeaseTimers(TimeProvider time)
{
    /// <summary>Timers of leases that are gone may fill half of the queue, and so many more, before they are cleared out.</summary>
    private const int MostGone = 1024;

    private readonly Dictionary<LeaseId, LeaseTimer> _timers = [];
    private readonly PriorityQueue<LeaseTimer, long> _queue = new();

    /// <summary>Leases that are there.</summary>
    public int Count => _timers.Count;

    /// <summary>Timers in the queue, those of leases that are gone among them.</summary>
    public int Queued => _queue.Count;

    /// <summary>The timer of a lease.</summary>
    public bool TryGet(LeaseId lease, [NotNullWhen(true)] out LeaseTimer? timer) => _timers.TryGetValue(lease, out timer);

    /// <summary>Adds a lease with its full time from a moment on.</summary>
    public void Add(LeaseRecord lease, long from)
    {
        var timer = new LeaseTimer(lease, DeadlineOf(lease, from));
        _timers.Add(lease.Id, timer);
        _queue.Enqueue(timer, timer.Deadline);
    }

    /// <summary>Takes a lease out that is no more.</summary>
    public void Remove(LeaseId lease)
    {
        if (!_timers.Remove(lease, out var timer))
        {
            throw new InvalidOperationException($"the lease {lease} ended, and no timer was there for it");
        }

        timer.IsGone = true;
        if (_queue.Count > (2 * _timers.Count) + MostGone)
        {
            _queue.Clear();
            _queue.EnqueueRange(_timers.Values.Select(kept => (kept, QueuedAt(kept))));
        }
    }

    /// <summary>When a lease runs out that has its full time from a moment on.</summary>
    public long DeadlineOf(LeaseRecord lease, long from) => Later(from, lease.TimeToLiveSeconds);

    /// <summary>Takes leases that ran out, the longest overdue first; they are ending from now on, and come up again later.</summary>
    /// <param name="now">The time.</param>
    /// <param name="most">So many in <paramref name="due"/> are enough.</param>
    /// <param name="looks">At most so many timers are looked at.</param>
    /// <param name="due">Gets the leases, and for how long each is overdue.</param>
    /// <returns>False where more looks would find no more.</returns>
    public bool TakeDue(long now, int most, int looks, List<(LeaseId Lease, TimeSpan Overdue)> due)
    {
        for (; looks > 0 && due.Count < most; looks--)
        {
            if (!_queue.TryPeek(out var timer, out var at) || at > now)
            {
                return false;
            }

            if (timer.IsGone)
            {
                _queue.Dequeue();
            }
            else if (timer.Deadline > now)
            {
                _queue.DequeueEnqueue(timer, timer.Deadline);
            }
            else
            {
                timer.IsEnding = true;
                due.Add((timer.Lease.Id, time.GetElapsedTime(timer.Deadline, now)));
                _queue.DequeueEnqueue(timer, Later(now, LeaseTable.RetryPause.TotalSeconds));
            }
        }

        return due.Count < most;
    }

    /// <summary>Where a timer belongs that is queued anew: what is ending comes up again soon.</summary>
    private long QueuedAt(LeaseTimer timer) =>
        timer.IsEnding ? Later(time.GetTimestamp(), LeaseTable.RetryPause.TotalSeconds) : timer.Deadline;

    private long Later(long now, double seconds)
    {
        var ticks = seconds * time.TimestampFrequency;
        return ticks < long.MaxValue - now ? now + (long)ticks : long.MaxValue;
    }
}
