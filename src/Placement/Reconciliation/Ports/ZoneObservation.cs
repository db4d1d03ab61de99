using StateServer.Domain.Identity;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>A zone as the provider sees it now.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="IsAvailable">True where launches may be asked for there.</param>
/// <param name="State">The provider's own word for its state, such as <c>available</c> or <c>impaired</c>.</param>
public readonly record struct ZoneObservation(Zone Zone, bool IsAvailable, string State);
