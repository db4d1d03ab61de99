namespace StateServer.Consensus.Transport;

/// <summary>A refused call between members.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">One line for a person.</param>
internal sealed record PeerRefusal(PeerRefusalReason Reason, string Message)
{
    /// <summary>The trailer that carries <see cref="Reason"/>.</summary>
    public const string TrailerName = "stateserver-refusal";
}
