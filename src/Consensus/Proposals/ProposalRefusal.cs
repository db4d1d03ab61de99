namespace StateServer.Consensus.Proposals;

/// <summary>Why a proposal was certainly not executed.</summary>
public enum ProposalRefusal
{
    /// <summary>No leader is known, or the leader can't be reached, and nothing was sent.</summary>
    NoLeader,

    /// <summary>The proposal queue is full by bytes.</summary>
    QueueFull,

    /// <summary>The command is over 1.5 MiB.</summary>
    TooLarge,

    /// <summary>The disk of the leader, or of a majority, is full.</summary>
    NoSpace,

    /// <summary>This member's state differs from the majority's; it serves nothing.</summary>
    Corrupt,

    /// <summary>This member is stopping.</summary>
    Stopping,

    /// <summary>The target of a leadership transfer is unknown, not a voter, unreachable or too far behind.</summary>
    BadTransferTarget,

    /// <summary>The deadline passed before the command left the queue.</summary>
    TimedOutInQueue,
}
