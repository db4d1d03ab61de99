using System.Collections.Immutable;
using StateServer.Api.Model;
using StateServer.Consensus;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Hosting.Placement;

/// <summary>Asks the environment's provider for its zones, on any member. Thread-safe.</summary>
/// <param name="replica">Knows the environment.</param>
/// <param name="providers">Knows its provider.</param>
/// <param name="options">How long it may take.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderZones(IReplica replica, IProviderSource providers, ReconciliationOptions options, TimeProvider time) : IZoneDirectory, IDisposable
{
    /// <summary>An answer serves all who ask so shortly after.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1, 1);
    private ImmutableArray<ProviderZone> _known;
    private long _knownAt;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ProviderZone>?> ListAsync(CancellationToken cancellationToken)
    {
        if (replica.State.Model.Environment is not { } environment)
        {
            return null;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_known.IsDefault || time.GetElapsedTime(_knownAt) >= Freshness)
            {
                using var limit = new CancellationTokenSource(options.ProviderTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
                var zones = await providers.Find(environment).ListZonesAsync(either.Token).OrLeaveAsync(either.Token);
                _known = [.. zones.Select(zone => new ProviderZone(zone.Zone, zone.IsAvailable, zone.State))];
                _knownAt = time.GetTimestamp();
            }

            return _known;
        }
        catch (Exception e) when (e is ProviderException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _one.Release();
        }
    }
}
