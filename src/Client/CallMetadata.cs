namespace StateServer.Client;

/// <summary>The names of the gRPC metadata that client and server exchange beyond etcd's protocol. All values are ASCII.</summary>
public static class CallMetadata
{
    /// <summary>On a write: the session it belongs to, decimal.</summary>
    public const string Session = "stateserver-session";

    /// <summary>On a write: its number in the session, decimal, from 1.</summary>
    public const string Sequence = "stateserver-sequence";

    /// <summary>On a write: the lowest number in the session whose answer the client has not seen, decimal.</summary>
    public const string LowestUnanswered = "stateserver-lowest-unanswered";

    /// <summary>
    /// On every failure: whether the request was executed, one of the values below. etcd's codes can't tell it: UNAVAILABLE
    /// stands for refusals and unknown outcomes alike. Only a member's own failures carry it, not a broken connection's.
    /// </summary>
    public const string Executed = "stateserver-executed";

    /// <summary>Of <see cref="Executed"/>: certainly not, so it is safe to repeat.</summary>
    public const string ExecutedNo = "no";

    /// <summary>Of <see cref="Executed"/>: it may have been, or may yet be.</summary>
    public const string ExecutedUnknown = "unknown";

    /// <summary>Of <see cref="Executed"/>: yes, under this session and sequence, but the answer is no longer kept.</summary>
    public const string ExecutedYes = "yes";

    /// <summary>
    /// On a failure of a transient code that another attempt can't mend: <see cref="NoRetry"/>, as gRPC's retries have it
    /// (gRFC A6), so that no client repeats in vain what the model has no room for.
    /// </summary>
    public const string RetryPushback = "grpc-retry-pushback-ms";

    /// <summary>Of <see cref="RetryPushback"/>: don't.</summary>
    public const string NoRetry = "-1";

    /// <summary>In front of a snapshot: whether it holds everything that was acknowledged before it was asked for, one of the values below.</summary>
    public const string SnapshotComplete = "stateserver-snapshot-complete";

    /// <summary>Of <see cref="SnapshotComplete"/>: it does; a quorum confirmed it.</summary>
    public const string SnapshotCompleteYes = "yes";

    /// <summary>Of <see cref="SnapshotComplete"/>: nobody knows, for want of a leader or a quorum; it is what that member had.</summary>
    public const string SnapshotCompleteUnknown = "unknown";
}
