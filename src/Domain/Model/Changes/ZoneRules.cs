using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>What is remembered of zones: cordons, and failures for a while.</summary>
internal static class ZoneRules
{
    public static Rejection? Cordon(ModelDraft draft, CordonZoneCommand cordon)
    {
        if (ArgumentCheck.Zone(cordon.Zone) is { } refused)
        {
            return refused;
        }

        var record = Known(draft, cordon.Zone);
        if (record.Cordoned == cordon.Cordoned)
        {
            return null;
        }

        if (CheckRoom(draft, cordon.Zone) is { } full)
        {
            return full;
        }

        Keep(draft, record with { Cordoned = cordon.Cordoned });
        var kind = cordon.Cordoned ? ModelEventKind.Cordoned : ModelEventKind.Uncordoned;
        draft.Tell(kind, $"zone {cordon.Zone}", cordon.Cordoned ? "nothing more is placed in it" : "it is used again");
        return null;
    }

    public static Rejection? Avoid(ModelDraft draft, AvoidZoneCommand avoid)
    {
        if ((ArgumentCheck.Zone(avoid.Zone) ?? CheckRoom(draft, avoid.Zone)) is { } refused)
        {
            return refused;
        }

        if (avoid.UntilMilliseconds <= 0)
        {
            return ModelRefusal.Invalid($"zone {avoid.Zone} can't be passed over until {avoid.UntilMilliseconds} ms");
        }

        Keep(draft, Known(draft, avoid.Zone) with
        {
            AvoidUntilMilliseconds = avoid.UntilMilliseconds,
            Why = ModelLine.Of(avoid.Why),
        });
        draft.Tell(ModelEventKind.ZoneAvoided, $"zone {avoid.Zone}", $"passed over for a while: {avoid.Why}");
        return null;
    }

    public static Rejection? Clear(ModelDraft draft)
    {
        var avoided = draft.Zones.Values.Where(zone => zone.AvoidUntilMilliseconds > 0).ToList();
        foreach (var zone in avoided)
        {
            Keep(draft, zone with { AvoidUntilMilliseconds = 0, Why = "" });
        }

        if (avoided.Count > 0)
        {
            draft.Tell(ModelEventKind.ZonesCleared, "environment", $"{avoided.Count} zones are tried again");
        }

        return null;
    }

    private static ZoneRecord Known(ModelDraft draft, Zone zone) =>
        draft.Zones.TryGet(zone, out var known) ? known : new ZoneRecord(zone, false, 0, "");

    private static void Keep(ModelDraft draft, ZoneRecord record)
    {
        if (record.Cordoned || record.AvoidUntilMilliseconds > 0)
        {
            draft.Zones.Set(record);
        }
        else
        {
            draft.Zones.Remove(record.Zone);
        }
    }

    private static Rejection? CheckRoom(ModelDraft draft, Zone zone) =>
        draft.Zones.Count >= ModelLimits.MostZones && !draft.Zones.TryGet(zone, out _)
            ? ModelRefusal.Limit($"{ModelLimits.MostZones} zones are cordoned or passed over: uncordon some first")
            : null;
}
