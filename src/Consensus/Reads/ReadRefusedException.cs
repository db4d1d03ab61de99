namespace StateServer.Consensus.Reads;

/// <summary>A read can't be served now.</summary>
/// <param name="refusal">Why.</param>
/// <param name="message">One line for a person.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class ReadRefusedException(ReadRefusal refusal, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ReadRefusal Refusal { get; } = refusal;
}
