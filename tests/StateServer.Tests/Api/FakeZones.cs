using System.Collections.Immutable;
using StateServer.Api.Model;

namespace StateServer.StateServer.Tests.Api;

/// <summary>A provider's zones, as a test has them.</summary>
internal sealed class FakeZones : IZoneDirectory
{
    internal ImmutableArray<ProviderZone>? Zones { get; set; }

    public ValueTask<ImmutableArray<ProviderZone>?> ListAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Zones);
}
