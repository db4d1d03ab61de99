using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Environments;

/// <summary>What an environment of type local needs beyond the others.</summary>
/// <param name="Root">The folder of its machines, absolute; null for the local cluster's usual one.</param>
/// <param name="ZoneCapacity">Its zones, each with the number of machines that may live in it at once.</param>
internal sealed record LocalEnvironmentSpec(string? Root, ImmutableSortedDictionary<Zone, int> ZoneCapacity)
{
    /// <summary>Most zones: a letter each, local-a to local-z.</summary>
    public const int MostZones = 26;

    /// <summary>Zones where the file says nothing: the fewest of which any one can be lost.</summary>
    public const int UsualZones = 3;

    /// <summary>Most machines of a zone: each is a process with ports of its own.</summary>
    public const int MostCapacity = 1000;

    /// <summary>Machines of a zone where the file says nothing.</summary>
    public const int UsualCapacity = 100;

    /// <summary>Where the file says nothing.</summary>
    public static LocalEnvironmentSpec Usual { get; } = new(
        null, ImmutableSortedDictionary.CreateRange(ZonesOf(UsualZones).Select(z => KeyValuePair.Create(z, UsualCapacity))));

    /// <summary>The first zones by name.</summary>
    /// <param name="count">From 1 to <see cref="MostZones"/>.</param>
    public static ImmutableArray<Zone> ZonesOf(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Zone($"local-{(char)('a' + i)}"))];
}
