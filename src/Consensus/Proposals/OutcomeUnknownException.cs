namespace StateServer.Consensus.Proposals;

/// <summary>A proposal left this member's hands, and whether it is executed can't be told (yet).</summary>
/// <param name="reason">What happened.</param>
/// <param name="message">One line for a person.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class OutcomeUnknownException(UnknownReason reason, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What happened.</summary>
    public UnknownReason Reason { get; } = reason;
}
