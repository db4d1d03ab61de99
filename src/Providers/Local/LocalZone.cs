using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Providers.Local;

/// <summary>A zone of the local provider: a label, and how much it takes.</summary>
/// <param name="Zone">local-a to local-z.</param>
/// <param name="Capacity">Machines that may live in it at once, from 0 on.</param>
public sealed record LocalZone(Zone Zone, int Capacity)
{
    /// <summary>Zones where nothing is said.</summary>
    public const int DefaultCount = 3;

    /// <summary>As many as the alphabet has letters.</summary>
    public const int MostZones = 26;

    /// <summary>Machines of a zone where nothing is said: more than a machine of one's own carries, and a bound all the same.</summary>
    public const int DefaultCapacity = 100;

    /// <summary>The first zones: local-a, local-b and so on.</summary>
    /// <param name="count">1 to <see cref="MostZones"/>.</param>
    /// <param name="capacity">Of each.</param>
    public static ImmutableArray<LocalZone> First(int count = DefaultCount, int capacity = DefaultCapacity) =>
        [.. Enumerable.Range(0, count).Select(i => new LocalZone(new Zone($"local-{(char)('a' + i)}"), capacity))];

    /// <summary>Null, or what is wrong with the name, in one line.</summary>
    public string? Refusal() =>
        Zone.Name is not ['l', 'o', 'c', 'a', 'l', '-', >= 'a' and <= 'z'] ? $"'{Zone}' is no local zone; local-a to local-z are"
        : Capacity < 0 ? $"{Zone}: a capacity of {Capacity} is none; 0 or more"
        : null;
}
