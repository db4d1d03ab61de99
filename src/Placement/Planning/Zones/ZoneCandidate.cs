using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Zones;

/// <summary>One zone that the provider lists, with what is remembered of it, which a draft may forget.</summary>
internal sealed class ZoneCandidate(ZoneSight sight, ZoneRecord? record)
{
    public ZoneSight Sight { get; } = sight;

    public Zone Zone => Sight.Zone;

    /// <summary>True where all its agents fell silent.</summary>
    public bool IsSilent { get; init; }

    public bool Cordoned { get; } = record?.Cordoned ?? false;

    /// <summary>Until when it is passed over for want of room, replicated Unix time; 0 for not at all.</summary>
    public long AvoidUntilMilliseconds { get; private set; } = Math.Max(sight.ExhaustedUntilMilliseconds, record?.AvoidUntilMilliseconds ?? 0);

    /// <summary>The failure, in one line; may be empty.</summary>
    public string Why { get; private set; } = record?.Why ?? "";

    public void Forget() => (AvoidUntilMilliseconds, Why) = (0, "");
}
