using System.Globalization;

namespace StateServer.Options;

/// <summary>Durations as people write them: a number and a unit.</summary>
internal static class Duration
{
    private static readonly (string Suffix, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>Parses such as <c>100ms</c>, <c>2.5s</c>, <c>5m</c> or <c>1h</c>.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out TimeSpan duration) => TryParse(text, TimeSpan.FromDays(1), out duration);

    /// <summary>The same of longer ones.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The longest; a whole number of days.</param>
    /// <param name="duration">What it says.</param>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, TimeSpan most, out TimeSpan duration)
    {
        duration = default;
        foreach ((string suffix, double milliseconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - suffix.Length),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out double number)
                && number * milliseconds <= most.TotalMilliseconds)
            {
                duration = TimeSpan.FromMilliseconds(number * milliseconds);
                return null;
            }
        }

        return $"'{text}' is no duration; give a number and a unit, such as 100ms, 2.5s, 5m or 1h, {(most.TotalDays > 1 ? $"{most.TotalDays:0} days" : "a day")} at most";
    }

    /// <summary>The shortest form that <see cref="TryParse(string, out TimeSpan)"/> reads back, for messages.</summary>
    public static string Format(TimeSpan duration) => duration switch
    {
        { TotalMilliseconds: < 1000 } => Invariant(duration.TotalMilliseconds, "ms"),
        { TotalSeconds: < 60 } => Invariant(duration.TotalSeconds, "s"),
        { TotalMinutes: < 60 } => Invariant(duration.TotalMinutes, "m"),
        _ => Invariant(duration.TotalHours, "h"),
    };

    private static string Invariant(double number, string unit) =>
        number.ToString("0.###", CultureInfo.InvariantCulture) + unit;
}
