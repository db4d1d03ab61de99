using System.Collections.Immutable;

namespace StateServer.Api.Model;

/// <summary>The zones that the environment's provider tells of. Any member may ask. Thread-safe.</summary>
internal interface IZoneDirectory
{
    /// <summary>Asks the provider, or tells what it said shortly before.</summary>
    /// <returns>The zones, by name; null where it could not be asked.</returns>
    ValueTask<ImmutableArray<ProviderZone>?> ListAsync(CancellationToken cancellationToken);
}
