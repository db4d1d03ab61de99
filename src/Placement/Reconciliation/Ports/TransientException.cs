using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The provider could not do it now, or gave no answer. What was asked for may have been done all the same: look before anything else is tried, then ask again, with back-off.</summary>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="inner">What the provider's own library threw, or null.</param>
public sealed class TransientException(string message, Exception? inner = null) : ProviderException(message, inner)
{
    /// <inheritdoc/>
    public override LaunchOutcome Outcome => LaunchOutcome.Unknown;
}
