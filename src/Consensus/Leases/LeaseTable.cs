using System.Collections.Immutable;
using StateServer.Consensus.Replica;
using StateServer.Domain.Apply;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Leases;

namespace StateServer.Consensus.Leases;

/// <summary>
/// The leader's clock for leases, for one term: a deadline for each, on the monotonic clock alone. It is built from the state
/// when the term begins here, with the full time for every lease, follows what is applied, and forgets all when the term ends.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The applying thread and the Raft core's take the lock, so nothing that grows with the number of leases is done under it: the
/// timers of a term are made outside, and what is applied meanwhile is noted and added at the end. The one exception is paid for
/// by as many leases that ended before: see <see cref="LeaseTimers.Remove"/>.
/// </remarks>
/// <param name="time">The clock; only its timestamps are used.</param>
internal sealed class LeaseTable(TimeProvider time)
{
    /// <summary>
    /// A lease whose end was proposed comes up again after this: a second proposal does no harm where the first one worked, and
    /// is needed where it was refused or lost. (etcd: 3 s.)
    /// </summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>Entries that may be applied while a term's timers are made; above, they are made anew. (100,000 leases take some 50 ms.)</summary>
    internal const int MostMissed = 65_536;

    /// <summary>Timers looked at in one <see cref="TakeDue"/>; the rest is for the next one.</summary>
    private const int MostLooks = 10_000;

    /// <summary>Timers looked at under one hold of the lock: less than a millisecond.</summary>
    private const int MostLooksAtOnce = 500;

    private readonly Lock _lock = new();
    private LeaseTimers? _timers;
    private List<(long Index, ImmutableArray<LeaseChange> Changes)>? _missed;
    private long _term;
    private long _builtAt;
    private long _told;
    private long _left;

    /// <summary>Leases in the table; 0 where this member does not lead.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _timers?.Count ?? 0;
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
                return _timers?.Queued ?? 0;
            }
        }
    }

    /// <summary>
    /// Begins a term, where it did not begin yet: every lease of the state gets its full time. To be called once all entries of
    /// earlier terms are applied.
    /// </summary>
    /// <param name="term">The term that this member leads.</param>
    /// <param name="point">Tells what is applied.</param>
    /// <returns>True where the table is of that term; false where the term is over, or another thread is at work on it.</returns>
    public bool Lead(long term, Func<AppliedPoint> point)
    {
        List<(long, ImmutableArray<LeaseChange>)> missed = [];
        lock (_lock)
        {
            if (_timers is not null && term == _term)
            {
                return true;
            }

            if (term <= _term || term <= _left || _missed is not null)
            {
                return false;
            }

            (_timers, _missed) = (null, missed);
        }

        try
        {
            var now = point();
            return Begin(term, now.Index, MakeTimers(now.State), missed);
        }
        finally
        {
            lock (_lock)
            {
                _missed = _missed == missed ? null : _missed;
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
                _timers = null;
            }
        }
    }

    /// <summary>Takes note of an applied entry; called by the applier, in order, right after it swapped the state in.</summary>
    public void Applied(AppliedEntry entry)
    {
        if (entry.LeaseChanges.IsEmpty && !entry.IsRestore)
        {
            Volatile.Write(ref _told, entry.Index);
            return;
        }

        lock (_lock)
        {
            Volatile.Write(ref _told, entry.Index);
            if (entry.IsRestore || _missed?.Count >= MostMissed)
            {
                // Only a member that no longer leads is sent a snapshot. Timers that are being made are of no use.
                _missed = null;
                _timers = entry.IsRestore ? null : _timers;
            }

            _missed?.Add((entry.Index, entry.LeaseChanges));
            if (_timers is not null && entry.Index > _builtAt)
            {
                Follow(_timers, entry.LeaseChanges);
            }
        }
    }

    /// <summary>Answers a question as the leader of <paramref name="term"/>; null where the table is not of that term.</summary>
    /// <param name="term">The term that was confirmed.</param>
    /// <param name="question">The question.</param>
    /// <param name="state">A state of since the question came: it decides which leases there are.</param>
    public LeaseAnswer? Answer(long term, LeaseQuestion question, ReplicatedState state)
    {
        if (state.Keyspace.GetLease(question.Lease) is not { } lease)
        {
            // Even where its timer is still there: the state is swapped in before the table is told.
            return HasTerm(term) ? new(LeaseVerdict.NotFound, default) : null;
        }

        lock (_lock)
        {
            if (_timers is null || _term != term)
            {
                return null;
            }

            var now = time.GetTimestamp();
            if (!_timers.TryGet(lease.Id, out var timer))
            {
                // It ended since; or it was granted a moment ago, and the table is about to be told: then its time begins later than now.
                return Math.Max(_builtAt, Volatile.Read(ref _told)) < state.AppliedIndex
                    ? Alive(lease, now, _timers.DeadlineOf(lease, now), state)
                    : new(LeaseVerdict.NotFound, default);
            }

            if (question.Renews && timer.IsEnding)
            {
                return new(LeaseVerdict.Ending, default);
            }

            if (question.Renews)
            {
                timer.Deadline = _timers.DeadlineOf(timer.Lease, now);
            }

            return Alive(timer.Lease, now, timer.Deadline, state);
        }
    }

    /// <summary>Takes leases that ran out, the longest overdue first. From now on they can't be renewed in this term.</summary>
    /// <param name="term">The term that is led.</param>
    /// <param name="most">At most so many.</param>
    /// <returns>The leases, and for how long each is overdue; empty where the table is not of that term.</returns>
    public IReadOnlyList<(LeaseId Lease, TimeSpan Overdue)> TakeDue(long term, int most)
    {
        List<(LeaseId, TimeSpan)> due = [];
        for (var looks = 0; looks < MostLooks; looks += MostLooksAtOnce)
        {
            lock (_lock)
            {
                if (_timers is null || _term != term || !_timers.TakeDue(time.GetTimestamp(), most, MostLooksAtOnce, due))
                {
                    break;
                }
            }
        }

        return due;
    }

    private void Follow(LeaseTimers timers, ImmutableArray<LeaseChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.IsEnd)
            {
                timers.Remove(change.Lease.Id);
            }
            else
            {
                timers.Add(change.Lease, time.GetTimestamp());
            }
        }
    }

    private LeaseAnswer Alive(LeaseRecord lease, long now, long deadline, ReplicatedState state) => new(
        LeaseVerdict.Alive,
        new(lease.TimeToLiveSeconds, deadline <= now ? TimeSpan.Zero : time.GetElapsedTime(now, deadline), state.AppliedIndex));

    private bool HasTerm(long term)
    {
        lock (_lock)
        {
            return _timers is not null && _term == term;
        }
    }

    private LeaseTimers MakeTimers(ReplicatedState state)
    {
        var timers = new LeaseTimers(time);
        foreach (var lease in state.Keyspace.ListLeases())
        {
#if PLANTED_LeaseTimeSinceGrant
            var passed = time.GetUtcNow().ToUnixTimeMilliseconds() - lease.GrantedAtMilliseconds;
            timers.Add(lease, time.GetTimestamp() - (passed * time.TimestampFrequency / 1000));
#else
            timers.Add(lease, time.GetTimestamp());
#endif
        }

        return timers;
    }

    private bool Begin(long term, long index, LeaseTimers timers, List<(long Index, ImmutableArray<LeaseChange> Changes)> missed)
    {
        lock (_lock)
        {
            if (_missed != missed || term <= _left)
            {
                return false;
            }

            foreach (var (at, changes) in missed)
            {
                if (at > index)
                {
                    Follow(timers, changes);
                }
            }

            (_timers, _term, _builtAt) = (timers, term, index);
            return true;
        }
    }
}
