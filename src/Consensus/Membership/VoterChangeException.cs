namespace StateServer.Consensus.Membership;

/// <summary>A change of the voters or of the leader that did not come about, or of which that is not known.</summary>
/// <param name="failure">Which.</param>
/// <param name="message">One line that says why, with the numbers.</param>
/// <param name="inner">What it came from.</param>
public sealed class VoterChangeException(VoterChangeFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Which.</summary>
    public VoterChangeFailure Failure => failure;
}
