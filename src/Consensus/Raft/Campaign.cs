namespace StateServer.Consensus.Raft;

/// <summary>
/// The election that a leader asks this member for when it hands over: the timer that makes it begin at once, and the moment in
/// which that leader's own messages must not call it off. Thread-safe.
/// </summary>
/// <param name="cluster">The library's half of this member.</param>
/// <param name="options">The replica's options.</param>
/// <param name="time">The clock.</param>
internal sealed class Campaign(MemberCluster cluster, ReplicaOptions options, TimeProvider time)
{
    /// <summary>How often is looked whether something has come about that nothing tells of.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly int _lowest = (int)options.ElectionTimeoutLow.TotalMilliseconds;
    private readonly int _highest = (int)options.ElectionTimeoutHigh.TotalMilliseconds;
    private readonly TimeSpan _patience = options.ElectionTimeoutLow / 2;
    private long _term;
    private int _appends;

    /// <summary>True where this member stands in <paramref name="term"/> because its leader asked it to.</summary>
    public bool IsFor(long term) => Volatile.Read(ref _term) == term;

    /// <summary>
    /// The timer of the next follower state runs out at once, and the election behind it will be in <paramref name="term"/>. Ends
    /// once no message of the leader of now is in the library's hands any more: one that is handled when the timer runs out would
    /// call the election off, and nobody would stand before a whole election timeout has passed.
    /// </summary>
    /// <returns>False where one still is after half of the lowest election timeout: the campaign is called off.</returns>
    public async ValueTask<bool> BeginAsync(long term, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _term, term);
        ElectionTimer.Milliseconds(cluster) = 1;
        return await HappensAsync(() => Volatile.Read(ref _appends) == 0, cancellationToken).ConfigureAwait(false) || CallOff();
    }

    /// <summary>Waits until the election has begun, so that whoever asked for it knows at once where it doesn't.</summary>
    /// <param name="term">Its term.</param>
    /// <param name="currentTerm">This member's term, now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where it hasn't within half of the lowest election timeout: the campaign is called off.</returns>
    public async ValueTask<bool> HasBegunAsync(long term, Func<long> currentTerm, CancellationToken cancellationToken)
        => await HappensAsync(() => currentTerm() >= term, cancellationToken).ConfigureAwait(false) || CallOff();

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
    /// A message of a leader is about to be handled; <see cref="Leave"/> tells that it was. One of the leader that has just handed
    /// over would call off the election that it asked for: it waits until that has begun, for half of the lowest election timeout
    /// at most.
    /// </summary>
    /// <param name="leaderTerm">The message's term.</param>
    /// <param name="currentTerm">This member's term, now.</param>
    /// <param name="cancellationToken">Ends the wait; then it is not to be handled.</param>
    public async ValueTask EnterAsync(long leaderTerm, Func<long> currentTerm, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        if (!IsHeldBack())
        {
            return;
        }

        Interlocked.Decrement(ref _appends);
        if (!await HappensAsync(() => !IsHeldBack(), cancellationToken).ConfigureAwait(false))
        {
            CallOff();
        }

        Interlocked.Increment(ref _appends);

        bool IsHeldBack() => IsFor(leaderTerm + 1) && currentTerm() == leaderTerm;
    }

    /// <summary>The message was handled, well or not.</summary>
    public void Leave() => Interlocked.Decrement(ref _appends);

    /// <summary>It is not stood for election now: messages of the leader of now are handled as ever.</summary>
    /// <returns>False.</returns>
    public bool CallOff()
    {
        Volatile.Write(ref _term, 0);
        RestoreTimer();
        return false;
    }

    private async ValueTask<bool> HappensAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (!condition())
        {
            if (time.GetElapsedTime(begin) > _patience)
            {
                return false;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
