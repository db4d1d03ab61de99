using StateServer.Domain.Identity;

namespace StateServer.Consensus.Commit;

/// <summary>
/// Decides on the leader which index is committed: the highest one that a majority of the voters in force have durably
/// acknowledged in this term, provided that it is an entry of this term (Raft §5.3, §5.4.2). Everything below it is then
/// committed too. A pure type; not thread-safe.
/// </summary>
internal sealed class CommitGate
{
    private readonly Dictionary<NodeId, long> _durable = [];

    /// <summary>The term it counts for; 0 while it is closed.</summary>
    public long Term { get; private set; }

    /// <summary>The first index of <see cref="Term"/>: nothing below it is committed by counting alone.</summary>
    public long FirstIndexOfTerm { get; private set; }

    /// <summary>True while it counts.</summary>
    public bool IsOpen => Term != 0;

    /// <summary>Starts to count for a new term; what was acknowledged before is forgotten.</summary>
    /// <param name="term">The term this member leads; positive.</param>
    /// <param name="firstIndexOfTerm">The index of the first entry appended in it.</param>
    public void Open(long term, long firstIndexOfTerm)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(term);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(firstIndexOfTerm);
        _durable.Clear();
        Term = term;
        FirstIndexOfTerm = firstIndexOfTerm;
    }

    /// <summary>Stops counting: nothing is committed until the next <see cref="Open"/>.</summary>
    public void Close()
    {
        _durable.Clear();
        Term = 0;
        FirstIndexOfTerm = 0;
    }

    /// <summary>
    /// Notes that <paramref name="voter"/> has everything up to <paramref name="index"/>, as this leader's log has it, on its
    /// disk. An older acknowledgement that comes late lowers nothing; one of another term counts for nothing.
    /// </summary>
    /// <returns>True where it moved what is known of the voter.</returns>
    public bool Acknowledge(NodeId voter, long term, long index)
    {
        if (term != Term || Term == 0 || (_durable.TryGetValue(voter, out var known) && known >= index))
        {
            return false;
        }

        _durable[voter] = index;
        return true;
    }

    /// <summary>Forgets a voter: one that is removed and added again, perhaps with an emptied disk, starts at nothing.</summary>
    public void Forget(NodeId voter) => _durable.Remove(voter);

    /// <summary>What <paramref name="voter"/> is known to have on disk; 0 for nothing.</summary>
    public long DurableOf(NodeId voter) => _durable.GetValueOrDefault(voter);

    /// <summary>The highest index that may be committed with these voters in force; 0 for none.</summary>
    /// <param name="voters">The voters of the newest configuration in the log, committed or not (Raft dissertation, §4.1).</param>
    public long Committable(ReadOnlySpan<NodeId> voters)
    {
        if (Term == 0 || voters.IsEmpty)
        {
            return 0;
        }

        Span<long> indexes = voters.Length <= 16 ? stackalloc long[voters.Length] : new long[voters.Length];
        for (var i = 0; i < voters.Length; i++)
        {
            indexes[i] = _durable.GetValueOrDefault(voters[i]);
        }

        // Ascending: a majority of the voters holds at least the element that has a majority at or above it.
        indexes.Sort();
        var held = indexes[voters.Length - Quorum.Of(voters.Length)];
        return held >= FirstIndexOfTerm ? held : 0;
    }
}
