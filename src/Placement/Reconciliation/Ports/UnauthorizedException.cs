using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The provider refuses the credentials: nothing helps but an operator. Nothing was done.</summary>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="inner">What the provider's own library threw, or null.</param>
public sealed class UnauthorizedException(string message, Exception? inner = null) : ProviderException(message, inner)
{
    /// <inheritdoc/>
    public override LaunchOutcome Outcome => LaunchOutcome.Unauthorized;
}
