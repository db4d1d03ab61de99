using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning;

/// <summary>One zone as the provider showed it last.</summary>
/// <param name="Zone">Its name.</param>
/// <param name="IsUsable">False where the provider says that nothing can be launched or runs in it.</param>
/// <param name="Why">The provider's word for that, in one line; empty where it is usable.</param>
/// <param name="ExhaustedUntilMilliseconds">Until when it is known to have no room, replicated Unix time; 0 where nothing is known.</param>
public sealed record ZoneSight(Zone Zone, bool IsUsable, string Why, long ExhaustedUntilMilliseconds)
{
    /// <summary>A zone of which nothing bad is known.</summary>
    public static ZoneSight Usable(Zone zone) => new(zone, true, "", 0);
}
