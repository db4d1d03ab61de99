using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>Where the units are: made of their records alone, so neither snapshots nor digests hold it. Immutable.</summary>
/// <param name="Assigned">The units assigned to each machine that has any.</param>
/// <param name="Left">The units whose predecessor is on a machine.</param>
/// <param name="OfService">The units of each service that has any.</param>
internal sealed record UnitPlaces(
    ImmutableSortedDictionary<MachineId, ImmutableSortedSet<UnitName>> Assigned,
    ImmutableSortedDictionary<MachineId, ImmutableSortedSet<UnitName>> Left,
    ImmutableSortedDictionary<ServiceName, ImmutableSortedSet<UnitName>> OfService)
{
    /// <summary>From scratch.</summary>
    public static UnitPlaces Of(IReadOnlyCollection<UnitRecord> units) => new(
        Gather(units, unit => unit.Machine),
        Gather(units, unit => unit.Predecessor?.Machine),
        Gather(units, unit => (ServiceName?)unit.Name.Service));

    /// <summary>The units at a place, in order.</summary>
    public static ImmutableSortedSet<UnitName> At<TPlace>(
        ImmutableSortedDictionary<TPlace, ImmutableSortedSet<UnitName>> places, TPlace place)
        where TPlace : struct =>
        places.GetValueOrDefault(place, ImmutableSortedSet<UnitName>.Empty);

    /// <summary>After a unit changed, came (<paramref name="before"/> null) or went (<paramref name="after"/> null).</summary>
    public UnitPlaces Change(UnitRecord? before, UnitRecord? after) => new(
        Move(Assigned, before?.Machine, after?.Machine, before?.Name ?? after!.Name),
        Move(Left, before?.Predecessor?.Machine, after?.Predecessor?.Machine, before?.Name ?? after!.Name),
        Move(OfService, before?.Name.Service, after?.Name.Service, before?.Name ?? after!.Name));

    private static ImmutableSortedDictionary<TPlace, ImmutableSortedSet<UnitName>> Gather<TPlace>(
        IReadOnlyCollection<UnitRecord> units, Func<UnitRecord, TPlace?> placeOf)
        where TPlace : struct =>
        units.Where(unit => placeOf(unit) is not null)
            .GroupBy(unit => placeOf(unit)!.Value)
            .ToImmutableSortedDictionary(place => place.Key, place => place.Select(unit => unit.Name).ToImmutableSortedSet());

    private static ImmutableSortedDictionary<TPlace, ImmutableSortedSet<UnitName>> Move<TPlace>(
        ImmutableSortedDictionary<TPlace, ImmutableSortedSet<UnitName>> places, TPlace? from, TPlace? to, UnitName unit)
        where TPlace : struct, IComparable<TPlace>
    {
        if (Nullable.Compare(from, to) == 0)
        {
            return places;
        }

        if (from is { } left)
        {
            var rest = At(places, left).Remove(unit);
            places = rest.IsEmpty ? places.Remove(left) : places.SetItem(left, rest);
        }

        return to is { } reached ? places.SetItem(reached, At(places, reached).Add(unit)) : places;
    }
}
