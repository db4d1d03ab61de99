using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Observing;

/// <summary>What the provider showed last: a photograph of the past. Immutable.</summary>
/// <param name="Zones">Its zones; default while they were never listed in this term.</param>
/// <param name="Listing">Its instances; null while they were never listed in this term.</param>
/// <param name="ListingNumber">Counts the listings of this term from 1 on.</param>
/// <param name="ListingBegan">When the listing began, a timestamp of the monotonic clock: what was launched before is in it.</param>
/// <param name="MachinesBefore">The machines' records when the listing began: what was committed later is not judged by it.</param>
/// <param name="Problem">Why it does not answer now, in one line; empty where it does.</param>
internal sealed record ProviderSight(
    ImmutableArray<ZoneObservation> Zones,
    InstanceListing? Listing,
    long ListingNumber,
    long ListingBegan,
    ImmutableSortedDictionary<MachineId, MachineRecord> MachinesBefore,
    string Problem)
{
    /// <summary>Nothing was seen yet.</summary>
    public static ProviderSight Nothing { get; } = new(
        default, null, 0, 0, ImmutableSortedDictionary<MachineId, MachineRecord>.Empty, "");
}
