namespace StateServer.Consensus.Proposals;

/// <summary>
/// Commands that wait for the leader's log and travel into it together: one of this member's proposals, or a batch that
/// another member forwarded. Which thread may touch it is the <see cref="ProposalQueue"/>'s business.
/// </summary>
internal abstract class QueuedCommands
{
    /// <summary>The commands, encoded one behind the other. Never changed: they are read outside the queue's lock.</summary>
    public ReadOnlyMemory<byte> Items { get; protected init; }

    /// <summary>How many they are.</summary>
    public int Count { get; protected init; }

    /// <summary>True where one of them needs disk space for good, which a log that is short of space must refuse.</summary>
    public bool Grows { get; protected init; }
}
