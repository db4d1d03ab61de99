using System.Collections.Immutable;
using System.Globalization;
using StateServer.Domain.Identity;
using StateServer.Providers.Local;

namespace StateServer.Options;

/// <summary>The local environment's zones as text: <c>local-a=100,local-b=100</c>.</summary>
internal static class LocalZoneList
{
    /// <summary>The first machine's port where nothing is said: the local provider's.</summary>
    public const int UsualPort = 2479;

    /// <summary>The highest first port: a thousand machines of ten ports each fit above it.</summary>
    public const int HighestPort = 65535 - (10 * 1000);

    /// <summary>As text.</summary>
    public static string Format(IEnumerable<LocalZone> zones) => string.Join(
        ',', zones.Select(zone => string.Create(CultureInfo.InvariantCulture, $"{zone.Zone}={zone.Capacity}")));

    /// <summary>From text.</summary>
    /// <returns>Null, or what was wrong and what would be right.</returns>
    public static string? TryParse(string text, out ImmutableArray<LocalZone> zones)
    {
        var read = ImmutableArray.CreateBuilder<LocalZone>();
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] parts = word.Split('=');
            int capacity = LocalZone.DefaultCapacity;
            if (parts.Length > 2
                || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out capacity)))
            {
                zones = [];
                return $"'{word}' is no zone; give such as local-a=100";
            }

            var zone = new LocalZone(new Zone(parts[0]), capacity);
            if ((zone.Refusal() ?? (read.Any(known => known.Zone == zone.Zone) ? $"zone {zone.Zone} occurs twice" : null)) is { } wrong)
            {
                zones = [];
                return wrong;
            }

            read.Add(zone);
        }

        zones = read.ToImmutable();
        return null;
    }
}
