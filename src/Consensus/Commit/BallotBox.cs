using StateServer.Domain.Identity;

namespace StateServer.Consensus.Commit;

/// <summary>
/// Counts the votes of one election over the voters of the newest configuration in the log, whichever members the library
/// asks: it is won only with a majority of them, and lost as soon as that is out of reach. Thread-safe.
/// </summary>
internal sealed class BallotBox
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, bool> _votes = [];
    private readonly NodeId[] _voters;
    private readonly TaskCompletionSource<bool> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts an election.</summary>
    /// <param name="term">The candidate's term.</param>
    /// <param name="voters">The voters that count.</param>
    public BallotBox(long term, ReadOnlySpan<NodeId> voters)
    {
        Term = term;
        _voters = voters.ToArray();
        if (_voters.Length == 0)
        {
            _decided.SetResult(false);
        }
    }

    /// <summary>The candidate's term.</summary>
    public long Term { get; }

    /// <summary>Ends with true once a majority granted, with false once it can't any more.</summary>
    public Task<bool> Decided => _decided.Task;

    /// <summary>A member's vote; null while it has none.</summary>
    public bool? VoteOf(NodeId member)
    {
        lock (_lock)
        {
            return _votes.TryGetValue(member, out var granted) ? granted : null;
        }
    }

    /// <summary>Puts one vote in; a member's first one counts, a stranger's never.</summary>
    public void Cast(NodeId member, bool granted)
    {
        int grants = 0, refusals = 0;
        lock (_lock)
        {
            if (!_votes.TryAdd(member, granted))
            {
                return;
            }

            foreach (var voter in _voters)
            {
                if (_votes.TryGetValue(voter, out var vote))
                {
                    grants += vote ? 1 : 0;
                    refusals += vote ? 0 : 1;
                }
            }
        }

        var quorum = Quorum.Of(_voters.Length);
        if (grants >= quorum)
        {
            _decided.TrySetResult(true);
        }
        else if (_voters.Length - refusals < quorum)
        {
            _decided.TrySetResult(false);
        }
    }
}
