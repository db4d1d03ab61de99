using StateServer.Consensus.Replica;
using StateServer.Domain.Identity;
using StateServer.Domain.Leases;

namespace StateServer.Consensus.Leases;

/// <summary>
/// The leader's clock for leases, for one term: a deadline for each, on the monotonic clock alone. It is built from the state
/// when the term begins here, with the full time for every lease, follows what is applied, and forgets all when the term ends.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Each lease stands in the queue once, at a deadline that may be out of date: renewing moves only the lease's own deadline, and
/// when the queue comes to it, it is queued again at that one. So a renewal costs a look-up, and a lease about 150 bytes.
/// </remarks>
/// <param name="time">The clock; only its timestamps are used.</param>
internal sealed class LeaseTable(TimeProvider time)
{
    /// <summary>
    /// A lease whose end was proposed comes up again after this: a second proposal does no harm where the first one worked, and
    /// is needed where it was refused or lost. (etcd: 3 s.)
    /// </summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>Timers of leases that are gone may fill half of the queue, and so many more, before they are cleared out.</summary>
    private const int MostGone = 1024;

    /// <summary>Timers looked at in one <see cref="TakeDue"/>: some milliseconds. The rest is for the next one.</summary>
    private const int MostLooks = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<LeaseId, LeaseTimer> _timers = [];
    private readonly PriorityQueue<LeaseTimer, long> _queue = new();
    private long _term;
    private long _index;
    private long _left;

    /// <summary>Leases in the table; 0 where this member does not lead.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Timers in the queue, those of leases that are gone among them.</summary>
    internal int Queued
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>
    /// Begins a term, where it did not begin yet: every lease of the state gets its full time. To be called once all entries of
    /// earlier terms are applied.
    /// </summary>
    /// <param name="term">The term that this member leads.</param>
    /// <param name="point">Tells what is applied.</param>
    public void Lead(long term, Func<AppliedPoint> point)
    {
        lock (_lock)
        {
            if (term <= _term || term <= _left)
            {
                return;
            }

            Forget();
            var now = point();
            (_term, _index) = (term, now.Index);
            foreach (var lease in now.State.Keyspace.ListLeases())
            {
#if PLANTED_LeaseTimeSinceGrant
                var passed = time.GetUtcNow().ToUnixTimeMilliseconds() - lease.GrantedAtMilliseconds;
                Add(lease, time.GetTimestamp() - (passed * time.TimestampFrequency / 1000));
#else
                Add(lease, time.GetTimestamp());
#endif
            }
        }
    }

    /// <summary>Tells that what this member was is over: a term that it led is not begun again.</summary>
    public void Leave(Leadership before)
    {
        if (!before.IsSelf)
        {
            return;
        }

        lock (_lock)
        {
            _left = Math.Max(_left, before.Term);
            if (_term <= _left)
            {
                Forget();
            }
        }
    }

    /// <summary>Takes note of an applied entry; called by the applier, in order.</summary>
    public void Applied(AppliedEntry entry)
    {
        if (entry.LeaseChanges.IsEmpty && !entry.IsRestore)
        {
            return;
        }

        lock (_lock)
        {
            if (_term == 0 || entry.Index <= _index)
            {
                return;
            }

            if (entry.IsRestore)
            {
                // Only a member that no longer leads is sent a snapshot.
                Forget();
                return;
            }

            foreach (var change in entry.LeaseChanges)
            {
                if (change.IsEnd)
                {
                    Remove(change.Lease.Id);
                }
                else
                {
                    Add(change.Lease, time.GetTimestamp());
                }
            }
        }
    }

    /// <summary>Answers a question as the leader of <paramref name="term"/>; null where the table is not of that term.</summary>
    /// <param name="term">The term that was confirmed.</param>
    /// <param name="question">The question.</param>
    /// <param name="index">What is applied at least.</param>
    public LeaseAnswer? Answer(long term, LeaseQuestion question, long index)
    {
        lock (_lock)
        {
            if (_term != term)
            {
                return null;
            }

            if (!_timers.TryGetValue(question.Lease, out var timer))
            {
                return new(LeaseVerdict.NotFound, default);
            }

            if (question.Renews && timer.IsEnding)
            {
                return new(LeaseVerdict.Ending, default);
            }

            var now = time.GetTimestamp();
            if (question.Renews)
            {
                timer.Deadline = DeadlineOf(timer.Lease, now);
            }

            var left = timer.Deadline <= now ? TimeSpan.Zero : time.GetElapsedTime(now, timer.Deadline);
            return new(LeaseVerdict.Alive, new(timer.Lease.TimeToLiveSeconds, left, index));
        }
    }

    /// <summary>Takes leases that ran out, the longest overdue first. From now on they can't be renewed in this term.</summary>
    /// <param name="term">The term that is led.</param>
    /// <param name="most">At most so many.</param>
    /// <returns>The leases, and for how long each is overdue; empty where the table is not of that term.</returns>
    public IReadOnlyList<(LeaseId Lease, TimeSpan Overdue)> TakeDue(long term, int most)
    {
        List<(LeaseId, TimeSpan)> due = [];
        lock (_lock)
        {
            if (_term != term)
            {
                return due;
            }

            var now = time.GetTimestamp();
            for (var looks = 0; looks < MostLooks && due.Count < most; looks++)
            {
                if (!_queue.TryPeek(out var timer, out var at) || at > now)
                {
                    break;
                }

                _queue.Dequeue();
                if (timer.IsGone)
                {
                    continue;
                }

                if (timer.Deadline > now)
                {
                    _queue.Enqueue(timer, timer.Deadline);
                    continue;
                }

                timer.IsEnding = true;
                due.Add((timer.Lease.Id, time.GetElapsedTime(timer.Deadline, now)));
                _queue.Enqueue(timer, Later(now, RetryPause.TotalSeconds));
            }
        }

        return due;
    }

    private void Add(LeaseRecord lease, long from)
    {
        var timer = new LeaseTimer(lease, DeadlineOf(lease, from));
        _timers.Add(lease.Id, timer);
        _queue.Enqueue(timer, timer.Deadline);
    }

    private void Remove(LeaseId lease)
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

    /// <summary>Where a timer belongs that is queued anew: what is ending comes up again soon.</summary>
    private long QueuedAt(LeaseTimer timer) =>
        timer.IsEnding ? Later(time.GetTimestamp(), RetryPause.TotalSeconds) : timer.Deadline;

    private void Forget()
    {
        _term = 0;
        _timers.Clear();
        _timers.TrimExcess();
        _queue.Clear();
        _queue.TrimExcess();
    }

    private long DeadlineOf(LeaseRecord lease, long now) => Later(now, lease.TimeToLiveSeconds);

    private long Later(long now, double seconds)
    {
        var ticks = seconds * time.TimestampFrequency;
        return ticks < long.MaxValue - now ? now + (long)ticks : long.MaxValue;
    }
}
