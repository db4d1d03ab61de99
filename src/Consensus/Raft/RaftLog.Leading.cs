using StateServer.Consensus.Commit;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <content>What a leader counts: who has what on disk, and who answered since when.</content>
internal sealed partial class RaftLog
{
    private readonly CommitGate _gate = new();
    private readonly LeadershipRounds _rounds = new();

    /// <summary>True while this member counts acknowledgements of its current term.</summary>
    public bool Leads
    {
        get
        {
            lock (_lock)
            {
                return _gate.IsOpen && _gate.Term == _term;
            }
        }
    }

    /// <summary>The term it counts for and that term's first index; zeros where it does not lead.</summary>
    public EntryPosition Leadership
    {
        get
        {
            lock (_lock)
            {
                return new(_gate.FirstIndexOfTerm, _gate.Term);
            }
        }
    }

    /// <summary>What each voter is known to have on disk, while this member leads.</summary>
    public long DurableOf(NodeId voter)
    {
        lock (_lock)
        {
            return _gate.DurableOf(voter);
        }
    }

    /// <summary>The moment to note for a message that is sent now.</summary>
    public long NextMoment()
    {
        lock (_lock)
        {
            return _rounds.Next();
        }
    }

    /// <summary>A voter answered, as a follower of this term, a message sent at <paramref name="moment"/>.</summary>
    /// <param name="voter">The voter; whoever else answers counts for nothing.</param>
    /// <param name="term">The term of the message.</param>
    /// <param name="moment">When it was sent.</param>
    /// <param name="durableIndex">What it verified against this log and has on disk; 0 where it verified nothing.</param>
    public void Answered(NodeId voter, long term, long moment, long durableIndex)
    {
        var advanced = false;
        lock (_lock)
        {
            if (term != _gate.Term || term != _term || !_top.Contains(voter))
            {
                return;
            }

            _rounds.Answered(voter, moment);
            if (_rounds.Waiting > 0)
            {
                _rounds.Release(term, _self, _top.Voters.AsSpan());
            }

            advanced = durableIndex > 0 && _gate.Acknowledge(voter, term, durableIndex) && Advance();
        }

        if (advanced)
        {
            Advanced?.Invoke();
        }
    }

    /// <summary>Waits for a majority's answers to messages sent after now; the caller sees to it that some are sent.</summary>
    /// <param name="readIndex">What was committed when the wait began.</param>
    /// <returns>False where this member does not lead, or ceased to.</returns>
    public Task<bool> WaitForRound(out long readIndex)
    {
        lock (_lock)
        {
            readIndex = _commitIndex;
            if (!_gate.IsOpen || _gate.Term != _term || _commitIndex < _gate.FirstIndexOfTerm)
            {
                return Task.FromResult(false);
            }

            var wait = _rounds.Wait(_gate.Term);
            _rounds.Release(_gate.Term, _self, _top.Voters.AsSpan());
            return wait;
        }
    }

    /// <summary>Leadership of <paramref name="term"/> ended.</summary>
    public void StopLeading(long term)
    {
        lock (_lock)
        {
            if (_gate.Term == term)
            {
                CloseGate();
            }
        }
    }

    private bool Advance()
    {
        var committable = Math.Min(_gate.Committable(_top.Voters.AsSpan()), _store.LastIndex);
        if (committable <= _commitIndex)
        {
            return false;
        }

        Volatile.Write(ref _commitIndex, committable);
        return true;
    }

    private void CloseGate()
    {
        _gate.Close();
        _rounds.Close();
    }
}
