using System.Collections.Immutable;
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

    /// <summary>Null, or that nothing more is placed in a zone: a plan may be older than the cordon.</summary>
    public static Rejection? CheckCordon(ModelDraft draft, Zone zone) =>
        draft.Zones.TryGet(zone, out var record) && record.Cordoned ? ModelRefusal.Conflict($"zone {zone} is cordoned") : null;

    /// <summary>Remembers for a while that a launch failed in a zone.</summary>
    public static void PassOver(ModelDraft draft, Zone zone, string why)
    {
        var record = Known(draft, zone);
        if (CheckRoom(draft, zone) is not null && !MakeRoom(draft))
        {
            return;
        }

        Keep(draft, record with
        {
            AvoidUntilMilliseconds = draft.Timestamp + ModelLimits.ZoneFailureMilliseconds,
            Why = why,
        });
        draft.Tell(ModelEventKind.ZoneAvoided, $"zone {zone}", $"passed over for a while: {why}");
    }

    /// <summary>Forgets the failures of zones. Those that are forgotten already are passed over.</summary>
    public static Rejection? Clear(ModelDraft draft, ImmutableSortedSet<Zone> zones)
    {
        if (ArgumentCheck.Count(zones.Count, 1, "zones") is { } refused)
        {
            return refused;
        }

        Forget(draft, zones);
        return null;
    }

    /// <summary>Forgets the failures of all zones.</summary>
    public static void ClearAll(ModelDraft draft) => Forget(draft, [.. draft.Zones.Values.Select(zone => zone.Zone)]);

    private static void Forget(ModelDraft draft, ImmutableSortedSet<Zone> zones)
    {
        var cleared = 0;
        foreach (var zone in zones)
        {
            if (draft.Zones.TryGet(zone, out var record) && record.AvoidUntilMilliseconds > 0)
            {
                Keep(draft, record with { AvoidUntilMilliseconds = 0, Why = "" });
                cleared++;
            }
        }

        if (cleared > 0)
        {
            draft.Tell(ModelEventKind.ZonesCleared, "environment", $"{cleared} zones are tried again");
        }
    }

    /// <summary>Forgets the failure that is over first, of a zone that isn't cordoned; false where all are.</summary>
    private static bool MakeRoom(ModelDraft draft)
    {
        var first = draft.Zones.Values.Where(zone => !zone.Cordoned).MinBy(zone => zone.AvoidUntilMilliseconds);
        if (first is not null)
        {
            draft.Zones.Remove(first.Zone);
        }

        return first is not null;
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
