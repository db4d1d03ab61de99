namespace StateServer.Watching;

/// <summary>Why a stream of watches was ended.</summary>
internal enum WatchEndReason : byte
{
    /// <summary>The client went away.</summary>
    ClientGone,

    /// <summary>The client required a leader, and there was none for long.</summary>
    NoLeader,

    /// <summary>This member stops.</summary>
    Stopping,

    /// <summary>This member must not serve.</summary>
    Refused,

    /// <summary>Handing out events failed; the client goes on at the next revision.</summary>
    Failed,
}
