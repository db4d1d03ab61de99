namespace StateServer.Placement.Planning;

/// <summary>The pause after all zones that a machine may stand in have failed: doubled by each round over them, up to a limit.</summary>
public static class BackOff
{
    /// <summary>How many times all zones were tried, 1 or more.</summary>
    /// <param name="attempts">Launch attempts so far.</param>
    /// <param name="zones">Zones that may be tried, 1 or more.</param>
    public static int Rounds(int attempts, int zones) => Math.Max(1, attempts / zones);

    /// <summary>The pause in milliseconds after so many rounds.</summary>
    public static long Milliseconds(int rounds)
    {
        // 2^10 times ten seconds is far beyond the limit, and can't overflow.
        long pause = PlanningLimits.FirstBackOffMilliseconds << Math.Clamp(rounds - 1, 0, 10);
        return Math.Min(pause, PlanningLimits.LongestBackOffMilliseconds);
    }
}
