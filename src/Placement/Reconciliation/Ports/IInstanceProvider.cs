using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>
/// Where machines come from. Any member may lead, so any process may ask, several at once too: each call must be safe beside
/// every other, in this process and in others. Failures are <see cref="ProviderException"/>s. A call that was cancelled, or whose
/// process died, may have done its work: ask again, or look. Availability sets and load balancing, which only some providers
/// have, will be ports of their own beside this one. Thread-safe.
/// </summary>
public interface IInstanceProvider
{
    /// <summary>Which provider it is.</summary>
    ProviderType Type { get; }

    /// <summary>All zones with their state as it is now, ascending by name; those that can't be used are among them.</summary>
    /// <exception cref="UnauthorizedException">The credentials are refused.</exception>
    /// <exception cref="TransientException">The provider did not answer.</exception>
    Task<ImmutableArray<ZoneObservation>> ListZonesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Launches an instance, once for each token: asked again with the same bytes it returns what the token made, whatever has
    /// become of it since; it never makes a second one, also not after the first was terminated as long as the provider remembers.
    /// What a failed launch made is cleaned up, here or by the next listing.
    /// </summary>
    /// <exception cref="InvalidRequestException">The request can't be right, the zone is unknown
    /// (<c>invalid availability zone "x"</c>), or the token was used with other bytes.</exception>
    /// <exception cref="ZoneUnavailableException">The zone can't be used.</exception>
    /// <exception cref="CapacityExhaustedException">The zone has no room.</exception>
    /// <exception cref="QuotaExceededException">The account has no room.</exception>
    /// <exception cref="UnauthorizedException">The credentials are refused.</exception>
    /// <exception cref="TransientException">It is not known what became of it: a listing must tell.</exception>
    Task<Instance> LaunchAsync(LaunchRequest request, CancellationToken cancellationToken);

    /// <summary>The instances that carry an environment's tag, of all its incarnations.</summary>
    /// <exception cref="UnauthorizedException">The credentials are refused.</exception>
    /// <exception cref="TransientException">The provider did not answer.</exception>
    Task<InstanceListing> ListInstancesAsync(EnvironmentId environment, CancellationToken cancellationToken);

    /// <summary>
    /// Ends an instance and removes what belongs to it. Returns when nothing of it runs any more, or when the provider has promised
    /// so: then listings show it as <see cref="InstanceState.Terminating"/> until it is true. An instance that is not there, or has
    /// ended, is no error.
    /// </summary>
    /// <exception cref="InvalidRequestException">It exists and isn't this environment's. It was left alone.</exception>
    /// <exception cref="UnauthorizedException">The credentials are refused.</exception>
    /// <exception cref="TransientException">It may still run: ask again.</exception>
    Task TerminateAsync(EnvironmentId environment, InstanceId instance, CancellationToken cancellationToken);
}
