using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The account's limits are reached: no zone helps. Nothing was launched.</summary>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="inner">What the provider's own library threw, or null.</param>
public sealed class QuotaExceededException(string message, Exception? inner = null) : ProviderException(message, inner)
{
    /// <inheritdoc/>
    public override LaunchOutcome Outcome => LaunchOutcome.QuotaExceeded;
}
