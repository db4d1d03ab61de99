namespace StateServer.Consensus.Proposals;

/// <summary>A proposal was certainly not executed.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">One line for a person.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class ProposalRefusedException(ProposalRefusal reason, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ProposalRefusal Reason { get; } = reason;
}
