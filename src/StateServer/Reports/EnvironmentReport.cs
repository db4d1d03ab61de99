using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>The environment in the answer of <c>status</c>.</summary>
/// <param name="Name">As in environments.yaml.</param>
/// <param name="Id">A decimal string.</param>
/// <param name="Type">local, ec2, openstack or azure.</param>
/// <param name="Region">The provider's region; null where it has none.</param>
/// <param name="Zones">The only zones that are used; empty for all.</param>
/// <param name="DefaultSeries">The series where a command names none.</param>
/// <param name="Constraints">Words, as <c>get-constraints</c> prints them.</param>
/// <param name="AvailabilitySetsEnabled">Whether services stand in availability sets.</param>
/// <param name="ReplaceAfterSeconds">How long a machine or member may be silent until it is lost.</param>
/// <param name="Message">Why the whole environment waits; null where it doesn't.</param>
internal sealed record EnvironmentReport(
    string Name,
    string Id,
    string Type,
    string? Region,
    ImmutableArray<string> Zones,
    string DefaultSeries,
    string Constraints,
    bool AvailabilitySetsEnabled,
    int ReplaceAfterSeconds,
    string? Message = null);
