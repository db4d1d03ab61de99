using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>The environment's settings, fixed at bootstrap unless said otherwise. Credentials are not among them.</summary>
/// <param name="Id">Minted at bootstrap.</param>
/// <param name="Name">As in environments.yaml.</param>
/// <param name="Type">The provider.</param>
/// <param name="Region">The provider's region; empty where it has none.</param>
/// <param name="ZoneFilter">The only zones that are used; empty for all.</param>
/// <param name="AvailabilitySetsEnabled">Whether services stand in availability sets (Azure).</param>
/// <param name="DefaultSeries">The series where a command names none.</param>
/// <param name="Constraints">The environment's constraints; <c>set-constraints</c> changes them.</param>
/// <param name="Images">The image for each series.</param>
/// <param name="ReplaceAfterSeconds">How long a machine or member may be silent until it is lost; 1 to 86,400.</param>
public sealed record EnvironmentSettings(
    EnvironmentId Id,
    string Name,
    ProviderType Type,
    string Region,
    ImmutableSortedSet<Zone> ZoneFilter,
    bool AvailabilitySetsEnabled,
    string DefaultSeries,
    Constraints Constraints,
    ImmutableSortedDictionary<string, string> Images,
    int ReplaceAfterSeconds);
