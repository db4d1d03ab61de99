using System.Globalization;
using StateServer.Consensus;

namespace StateServer.Options;

/// <summary>etcd's two settings of scheduled compaction, read together.</summary>
internal static class AutoCompactionSettings
{
    /// <summary>Thirty days: a member notes its revision ten times an hour for so long.</summary>
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(30);

    /// <summary>A member notes its revision ten times a period: more often than each 100 ms is no use.</summary>
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Parses them.</summary>
    /// <param name="mode"><c>periodic</c> or <c>revision</c>; the first where empty.</param>
    /// <param name="retention">A duration, or a number of hours, for <c>periodic</c>; a number of revisions for <c>revision</c>; 0 for off.</param>
    /// <param name="rule">What they say.</param>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string mode, string retention, out AutoCompaction rule)
    {
        rule = AutoCompaction.Off;
        bool isNumber = long.TryParse(retention, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        if (isNumber && number == 0)
        {
            return null;
        }

        switch (mode)
        {
            case "revision" when isNumber:
                rule = AutoCompaction.OfRevisions(number);
                return null;
            case "revision":
                return $"'{retention}' is no number of revisions; give a whole number such as 10000, or 0 for off";
            default:
                if (Period(retention, isNumber ? number : null) is not { } period)
                {
                    return $"'{retention}' is no retention; give a duration such as 30m or 72h, or a number of hours, "
                        + $"from {Duration.Format(ShortestPeriod)} to {LongestPeriod.TotalDays:0} days, or 0 for off";
                }

                rule = AutoCompaction.Periodic(period);
                return null;
        }
    }

    private static TimeSpan? Period(string text, long? hours)
    {
        TimeSpan period = hours is { } number
            ? TimeSpan.FromHours(Math.Min(number, 1_000_000))
            : Duration.TryParse(text, LongestPeriod, out TimeSpan parsed) is null ? parsed : TimeSpan.Zero;
        return period >= ShortestPeriod && period <= LongestPeriod ? period : null;
    }
}
