using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// On the leader: a follower learns of a commit with the leader's next message, and only then applies it, tells it to its
/// watchers, and answers the client whose command it forwarded. Where no entry follows that would carry the news, a round
/// without one does, rather than the next heartbeat. Used by the proposer's loop; its timer comes from another thread.
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
    private long? _committedAt;
    private bool _comeSoon;
    private bool _entryIsUnderWay;

    /// <summary>Makes it; it tells nothing before the first <see cref="Committed"/>.</summary>
    public CommitNews(IRaftNode raft, TimeProvider time)
    {
        (_raft, _time) = (raft, time);
        _timer = time.CreateTimer(static news => ((CommitNews)news!).TellLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An entry is on its way: it carries what was committed before.</summary>
    public void Appended()
    {
        if (_committedAt is { } at)
        {
            _comeSoon = _time.GetElapsedTime(at) <= Pause;
            _committedAt = null;
        }

        Volatile.Write(ref _entryIsUnderWay, true);
    }

    /// <summary>That entry is committed and applied here.</summary>
    /// <param name="isAwaited">Whether a follower's client waits for it.</param>
    /// <param name="moreWaits">Whether commands wait that make the next entry at once.</param>
    public void Committed(bool isAwaited, bool moreWaits)
    {
        Volatile.Write(ref _entryIsUnderWay, moreWaits);
        if (moreWaits)
        {
            return;
        }

        _committedAt = _time.GetTimestamp();
        if (isAwaited || !_comeSoon)
        {
            _raft.TellCommit();
        }
        else
        {
            _timer.Change(Pause, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void TellLate()
    {
        if (!Volatile.Read(ref _entryIsUnderWay))
        {
            _raft.TellCommit();
        }
    }
}
