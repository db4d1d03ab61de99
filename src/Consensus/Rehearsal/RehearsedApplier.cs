using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Rehearsal;

/// <summary>Has no state but how far it is. Thread-safe.</summary>
internal sealed class RehearsedApplier : IEntryApplier
{
    private long _applied;

    /// <inheritdoc/>
    public long AppliedIndex => Volatile.Read(ref _applied);

    /// <inheritdoc/>
    public void Apply(IReadOnlyList<CommittedEntry> entries)
    {
        if (entries.Count > 0)
        {
            Volatile.Write(ref _applied, entries[^1].Index);
        }
    }

    /// <inheritdoc/>
    public void Restore(long index, long term, Stream content) => Volatile.Write(ref _applied, index);
}
