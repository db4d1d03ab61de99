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
    private static UnitPlaces None { get; } = new(
        ImmutableSortedDictionary<MachineId, ImmutableSortedSet<UnitName>>.Empty,
        ImmutableSortedDictionary<MachineId, ImmutableSortedSet<UnitName>>.Empty,
        ImmutableSortedDictionary<ServiceName, ImmutableSortedSet<UnitName>>.Empty);

    /// <summary>From scratch.</summary>
    public static UnitPlaces Of(IEnumerable<UnitRecord> units)
    {
        var places = None;
        foreach (var unit in units)
        {
            places = places.Change(null, unit);
        }

        return places;
    }

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
