using StateServer.Domain.Apply;

namespace StateServer.Consensus.Replica;

/// <summary>
/// The digests of this member's newest states at every n-th index, for comparison with the others'. Written by the applier,
/// read from any thread.
/// </summary>
/// <param name="every">Entries from one digest to the next; the same on all members.</param>
internal sealed class DigestRing(long every)
{
    /// <summary>
    /// How many are kept: members that lag by less than this many steps can still be compared; 64 steps of 10,000 entries are
    /// far beyond what the log keeps for a follower to catch up without a snapshot.
    /// </summary>
    public const int Capacity = 64;

    private readonly Lock _lock = new();
    private readonly Queue<(long Index, ulong Digest)> _points = new(Capacity);

    /// <summary>Looks at the state after an entry, and keeps its digest where the index is due.</summary>
    public void Observe(long index, ReplicatedState state)
    {
        if (index % every != 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_points.Count == Capacity)
            {
                _points.Dequeue();
            }

            _points.Enqueue((index, state.Digest));
        }
    }

    /// <summary>Forgets what lies behind a restored snapshot: it no longer says anything of the state that is served.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _points.Clear();
        }
    }

    /// <summary>What is kept, in index order.</summary>
    public IReadOnlyList<(long Index, ulong Digest)> Points()
    {
        lock (_lock)
        {
            return [.. _points];
        }
    }
}
