namespace StateServer.Consensus.Status;

/// <summary>
/// What the layer above has to say along with this member's status, to whichever member asks. Registered with the host where there is
/// one, and asked at each status; it never waits. Thread-safe.
/// </summary>
public interface IStatusNotes
{
    /// <summary>What there is to say now.</summary>
    StatusNotes Now { get; }
}
