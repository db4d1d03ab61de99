using System.Collections.Immutable;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>Why no zone was left, as a sentence.</summary>
internal static class ZoneRefusals
{
    /// <summary>Each zone with its reason; those that an operator's directive rules out say nothing new.</summary>
    public static string List(ImmutableArray<ZoneConsidered> zones) =>
        string.Join("; ", zones.Where(z => z.Reason is not null && z.Rule != "directive").Select(z => $"{z.Zone}: {z.Reason}"));

    /// <summary>The whole sentence.</summary>
    public static string Sentence(ImmutableArray<ZoneConsidered> zones) =>
        zones.IsEmpty ? "the provider lists no zones" : $"no zone is left ({List(zones)})";
}
