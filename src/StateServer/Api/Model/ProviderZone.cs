using StateServer.Domain.Identity;

namespace StateServer.Api.Model;

/// <summary>One zone, as the provider tells of it.</summary>
/// <param name="Zone">Its name.</param>
/// <param name="IsAvailable">Whether it can be used.</param>
/// <param name="State">The provider's own word for its state.</param>
internal sealed record ProviderZone(Zone Zone, bool IsAvailable, string State);
