using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The zone can't be used at all; another may be tried, unless the operator named this one. Nothing was launched.</summary>
/// <param name="zone">The zone.</param>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="inner">What the provider's own library threw, or null.</param>
public sealed class ZoneUnavailableException(Zone zone, string message, Exception? inner = null) : ProviderException(message, inner)
{
    /// <inheritdoc/>
    public override LaunchOutcome Outcome => LaunchOutcome.ZoneUnavailable;

    /// <summary>The zone.</summary>
    public Zone Zone { get; } = zone;
}
