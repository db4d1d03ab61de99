using StateServer.Domain.Identity;

namespace StateServer.Consensus.Commit;

/// <summary>
/// Tells whether a majority of the voters has answered a message that was sent after a given moment, in one term: the read
/// index's proof that nobody else was elected before it (Raft dissertation, §6.4). Moments are numbers drawn from one rising
/// counter; each message to a peer draws one when it is sent. Not thread-safe.
/// </summary>
internal sealed class LeadershipRounds
{
    private readonly Dictionary<NodeId, long> _answered = [];
    private readonly List<Waiter> _waiters = [];
    private long _moment;

    /// <summary>Draws the next moment.</summary>
    public long Next() => ++_moment;

    /// <summary>Waits until a majority answered something sent after now.</summary>
    public Task<bool> Wait(long term)
    {
        var waiter = new Waiter(term, Next(), new(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters.Add(waiter);
        return waiter.Confirmed.Task;
    }

    /// <summary>How many wait.</summary>
    public int Waiting => _waiters.Count;

    /// <summary>Notes that <paramref name="voter"/> took this member for the leader when it answered a message sent at <paramref name="moment"/>.</summary>
    public void Answered(NodeId voter, long moment)
    {
        if (_answered.GetValueOrDefault(voter) < moment)
        {
            _answered[voter] = moment;
        }
    }

    /// <summary>Lets those go on that a majority, this member counted, has answered since.</summary>
    public void Release(long term, NodeId self, ReadOnlySpan<NodeId> voters)
    {
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            var waiter = _waiters[i];
            var count = 0;
            foreach (var voter in voters)
            {
                count += voter == self || _answered.GetValueOrDefault(voter) > waiter.Moment ? 1 : 0;
            }

            if (waiter.Term != term || count >= Quorum.Of(voters.Length))
            {
                _waiters.RemoveAt(i);
                waiter.Confirmed.TrySetResult(waiter.Term == term);
            }
        }
    }

    /// <summary>Leadership ended: nobody who waits is confirmed, and nothing answered so far counts again.</summary>
    public void Close()
    {
        foreach (var waiter in _waiters)
        {
            waiter.Confirmed.TrySetResult(false);
        }

        _waiters.Clear();
        _answered.Clear();
    }

    private sealed record Waiter(long Term, long Moment, TaskCompletionSource<bool> Confirmed);
}
