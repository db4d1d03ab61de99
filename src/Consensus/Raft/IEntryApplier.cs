namespace StateServer.Consensus.Raft;

/// <summary>The consumer of committed entries, called by the Raft core in log order, one call at a time.</summary>
internal interface IEntryApplier
{
    /// <summary>The last index applied; replay starts behind it.</summary>
    long AppliedIndex { get; }

    /// <summary>Applies committed entries, in order. The memory is valid only during the call. Must not throw: a throw ends the process.</summary>
    void Apply(IReadOnlyList<CommittedEntry> entries);

    /// <summary>Replaces the whole state by a verified snapshot (at start, or installed by the leader).</summary>
    void Restore(long index, long term, Stream content);
}
