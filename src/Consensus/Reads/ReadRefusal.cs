namespace StateServer.Consensus.Reads;

/// <summary>Why a read can't be served.</summary>
public enum ReadRefusal
{
    /// <summary>No leader is known.</summary>
    NoLeader,

    /// <summary>The quorum round, or catching up to it, did not end in time.</summary>
    TimedOut,

    /// <summary>This member's state differs from the majority's; it serves nothing.</summary>
    Corrupt,

    /// <summary>Too many reads wait already.</summary>
    QueueFull,

    /// <summary>This member's folder is not opened yet, or can't be: it has no state to read from.</summary>
    Closed,
}
