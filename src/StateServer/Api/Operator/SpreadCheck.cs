using System.Collections.Immutable;
using StateServer.Api.Model;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Reports.Members;

namespace StateServer.Api.Operator;

/// <summary>Whether the voters stand as widely over the zones as the zones allow. Thread-safe.</summary>
/// <param name="time">For how long a zone without room is passed over.</param>
/// <param name="directory">Asks the provider; null where this member has none.</param>
internal sealed class SpreadCheck(TimeProvider time, IZoneDirectory? directory = null)
{
    /// <summary>What is wrong with the spread.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cancellationToken">Ends the question to the provider.</param>
    /// <returns>One line; empty where it is as wide as it can be, an operator named the zones, or nobody knows them.</returns>
    public async ValueTask<string> ProblemAsync(ReplicatedState state, CancellationToken cancellationToken)
    {
        if (!state.Membership.Wish.To.IsDefaultOrEmpty
            || directory is null
            || await directory.ListAsync(cancellationToken) is not { } told)
        {
            return "";
        }

        ImmutableSortedDictionary<Zone, int> counts = AvailabilityFollowing.VotersOf(state)
            .Select(voter => MemberNames.ZoneOf(state, voter)).OfType<Zone>()
            .GroupBy(zone => zone).ToImmutableSortedDictionary(zone => zone.Key, zone => zone.Count());
        if (counts.IsEmpty)
        {
            return "";
        }

        (Zone fullest, int most) = counts.OrderByDescending(zone => zone.Value).First();
        ImmutableArray<Zone> better =
        [
            .. told.Where(zone => zone.IsAvailable && IsOpen(state, zone.Zone) && most - counts.GetValueOrDefault(zone.Zone) > 1).Select(zone => zone.Zone),
        ];
        return better.IsEmpty ? "" : $"zone {fullest} has {most} of the members, and zone {better[0]} is usable and has {counts.GetValueOrDefault(better[0])}";
    }

    private bool IsOpen(ReplicatedState state, Zone zone)
    {
        var allowed = state.Model.Environment?.ZoneFilter ?? [];
        Constraints? constraints = state.Membership.Wish.Constraints
            ?? state.Model.Machines.Values.FirstOrDefault(machine => machine.StateServer is not null)?.Constraints
            ?? state.Model.Environment?.Constraints;
        var wanted = constraints?.Zones ?? [];
        ZoneRecord? known = state.Model.Zones.GetValueOrDefault(zone);
        return (allowed.Count == 0 || allowed.Contains(zone))
            && (wanted.Count == 0 || wanted.Contains(zone))
            && known is not { Cordoned: true }
            && (known?.AvoidUntilMilliseconds ?? 0) <= time.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
