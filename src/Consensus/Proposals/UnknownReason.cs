namespace StateServer.Consensus.Proposals;

/// <summary>Why an outcome is unknown.</summary>
public enum UnknownReason
{
    /// <summary>Time ran out after the append.</summary>
    TimedOut,

    /// <summary>Leadership changed after the append.</summary>
    LeaderChanged,

    /// <summary>The connection to the leader broke after the command was sent.</summary>
    ConnectionLost,

    /// <summary>This member is stopping, or its client went away.</summary>
    Cancelled,
}
