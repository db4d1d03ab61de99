namespace StateServer.Consensus.Raft;

/// <summary>
/// The election that a leader asks this member for when it hands over: the timer that makes it begin at once, and the moment in
/// which that leader's own heartbeats must not call it off. Thread-safe.
/// </summary>
/// <param name="cluster">The library's half of this member.</param>
/// <param name="options">The replica's options.</param>
/// <param name="time">The clock.</param>
internal sealed class Campaign(MemberCluster cluster, ReplicaOptions options, TimeProvider time)
{
    private readonly int _lowest = (int)options.ElectionTimeoutLow.TotalMilliseconds;
    private readonly int _highest = (int)options.ElectionTimeoutHigh.TotalMilliseconds;
    private long _term;

    /// <summary>True where this member stands in <paramref name="term"/> because its leader asked it to.</summary>
    public bool IsFor(long term) => Volatile.Read(ref _term) == term;

    /// <summary>The timer of the next follower state runs out at once, and the election behind it will be in <paramref name="term"/>.</summary>
    public void Begin(long term)
    {
        Volatile.Write(ref _term, term);
        ElectionTimer.Milliseconds(cluster) = 1;
    }

    /// <summary>From now on the timer is an ordinary one, newly drawn.</summary>
    public void RestoreTimer()
    {
        ref var timer = ref ElectionTimer.Milliseconds(cluster);
        if (timer < _lowest)
        {
            timer = Random.Shared.Next(_lowest, _highest + 1);
        }
    }

    /// <summary>
    /// A heartbeat of the leader that has just handed over would call off the election that it asked for: it waits until the
    /// election has begun, for a moment at most.
    /// </summary>
    /// <param name="leaderTerm">The heartbeat's term.</param>
    /// <param name="currentTerm">This member's term, now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask LetItBeginAsync(long leaderTerm, Func<long> currentTerm, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (IsFor(leaderTerm + 1) && currentTerm() == leaderTerm)
        {
            if (time.GetElapsedTime(begin) > options.ElectionTimeoutLow / 2)
            {
                Volatile.Write(ref _term, 0);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
