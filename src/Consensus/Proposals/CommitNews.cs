using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// On the leader: a follower learns of a commit with the leader's next message, and only then applies it, tells it to its
/// watchers, and answers the client whose command it forwarded. Where no entry follows that would carry the news, a round
/// without one does, rather than the next heartbeat. Thread-safe: the proposer's loop tells of its one entry in flight, the log
/// of commits, and the timer comes from another thread.
/// </summary>
internal sealed class CommitNews : IDisposable
{
    /// <summary>
    /// For how long an entry that carries the news is waited for, where the last one came this soon behind a commit and no follower's
    /// client waits: a client that puts one after the other comes back sooner, and its next put is not held up by a round that tells
    /// of the last one. Where the last one came later, waiting would only delay the news.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly IRaftNode _raft;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long? _appliedAt;
    private long _committed;
    private long _inFlight;
    private bool _comeSoon;
    private bool _isTold;
    private bool _entryIsUnderWay;

    /// <summary>Makes it; it tells nothing before the first <see cref="Appended"/>.</summary>
    public CommitNews(IRaftNode raft, TimeProvider time)
    {
        (_raft, _time) = (raft, time);
        _timer = time.CreateTimer(static news => ((CommitNews)news!).TellLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An entry is on its way: it carries what was committed before.</summary>
    /// <param name="index">Its index; it may be committed already.</param>
    /// <param name="moreWaits">Whether commands wait that make the next entry.</param>
    public void Appended(long index, bool moreWaits)
    {
        bool tell;
        lock (_lock)
        {
            if (_appliedAt is { } at)
            {
                _comeSoon = _time.GetElapsedTime(at) <= Pause;
                _appliedAt = null;
            }

            _inFlight = index;
            _isTold = false;
            _entryIsUnderWay = true;
            tell = IsNews(moreWaits);
        }

        TellIf(tell);
    }

    /// <summary>
    /// All up to an index is committed. Where entries come one by one, followers are told right now, while this member applies it
    /// and tells its own watchers; where the next may come soon, not before <see cref="Applied"/>, when it may have come.
    /// </summary>
    /// <param name="index">The index; calls may come out of order, and of entries that aren't this leader's.</param>
    /// <param name="moreWaits">Whether commands wait that make the next entry.</param>
    public void Committed(long index, bool moreWaits)
    {
        bool tell;
        lock (_lock)
        {
            _committed = Math.Max(_committed, index);
            tell = IsNews(moreWaits);
        }

        TellIf(tell);
    }

    /// <summary>The entry on its way is committed and applied here.</summary>
    /// <param name="isAwaited">Whether a follower's client waits for it.</param>
    /// <param name="moreWaits">Whether commands wait that make the next entry at once.</param>
    public void Applied(bool isAwaited, bool moreWaits)
    {
        bool tell;
        lock (_lock)
        {
            _inFlight = 0;
            _entryIsUnderWay = moreWaits;
            if (moreWaits)
            {
                return;
            }

            _appliedAt = _time.GetTimestamp();
            tell = !_isTold && (isAwaited || !_comeSoon);
            if (!tell && !_isTold)
            {
                _timer.Change(Pause, Timeout.InfiniteTimeSpan);
            }
        }

        TellIf(tell);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Whether the commit of the entry on its way is to be told now; once.</summary>
    private bool IsNews(bool moreWaits)
    {
        if (_isTold || _inFlight == 0 || _committed < _inFlight || _comeSoon || moreWaits)
        {
            return false;
        }

        _isTold = true;
        return true;
    }

    private void TellIf(bool tell)
    {
        if (tell)
        {
            _raft.TellCommit();
        }
    }

    private void TellLate()
    {
        bool tell;
        lock (_lock)
        {
            tell = !_entryIsUnderWay;
        }

        TellIf(tell);
    }
}
