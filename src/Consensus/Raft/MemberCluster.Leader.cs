using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <content>Whom this member takes for the leader.</content>
internal sealed partial class MemberCluster
{
    private NodeId _leader;
    private long _heard;

    /// <summary>The leader that this member follows, or itself; none where it knows none.</summary>
    public NodeId CurrentLeader
    {
        get
        {
            if (IsLeader)
            {
                return _self;
            }

            lock (_lock)
            {
                return _leader == _self || IsForgotten ? default : _leader;
            }
        }
    }

    /// <summary>A learner has no election timer that would let it forget a leader: the time alone does.</summary>
    private bool IsForgotten => !_log.Configuration.Contains(_self)
        && _time.GetElapsedTime(Volatile.Read(ref _heard)) > _options.ElectionTimeoutHigh;

    /// <summary>A leader that this member follows sends it something that is no append.</summary>
    public void Hear(NodeId leader)
    {
        lock (_lock)
        {
            if (_leader == leader)
            {
                Volatile.Write(ref _heard, _time.GetTimestamp());
            }
        }
    }

    private void Follow(NodeId leader)
    {
        Volatile.Write(ref _heard, _time.GetTimestamp());
        lock (_lock)
        {
            if (_leader == leader)
            {
                return;
            }

            _leader = leader;
        }

        Changed?.Invoke();
    }

    private void OnLeaderChanged(ClusterPeer? leader)
    {
        lock (_lock)
        {
            _leader = leader?.Member.Id ?? default;
        }

        // A single voter is made leader before its state is; the start comes here once more.
        if (leader is LocalPeer && ConsensusToken is { IsCancellationRequested: false } leadership)
        {
            var term = _log.Term;
            leadership.UnsafeRegister(
                _ =>
                {
                    _log.StopLeading(term);
                    Changed?.Invoke();
                },
                null);
        }

        Changed?.Invoke();
    }
}
