using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>What an operator asked for, before any zone is considered: Juju's words where it can't be.</summary>
internal static class ZoneDirective
{
    /// <summary>Why a directive can't be obeyed now, in one line; null where it can, or where there is none.</summary>
    public static string? Refusal(PlanDraft draft, PlacementDirective directive)
    {
        if (draft.Settings.AvailabilitySetsEnabled && !directive.IsNone)
        {
            return "unit placement is not supported with availability-sets-enabled";
        }

        if (directive.Zone is not { } zone)
        {
            return null;
        }

        int place = draft.Zones.PlaceOf(zone);
        return place < 0 ? $"invalid availability zone \"{zone}\""
            : draft.Zones[place].Sight.IsUsable ? null
            : $"availability zone \"{zone}\" is unavailable{Detail(draft.Zones[place].Sight.Why)}";
    }

    private static string Detail(string why) => why is "" ? "" : $" ({why})";
}
