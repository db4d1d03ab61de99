using System.Globalization;

namespace StateServer.Options;

/// <summary>Sizes as people write them: bytes, or a number and a binary unit.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Bytes)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("", 1)];

    /// <summary>Parses such as <c>1048576</c>, <c>1536KiB</c>, <c>64MiB</c> or <c>1GiB</c>.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out long bytes)
    {
        bytes = 0;
        foreach ((string suffix, long unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && long.TryParse(
                    text.AsSpan(0, text.Length - suffix.Length),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out long number)
                && number <= long.MaxValue / unit)
            {
                bytes = number * unit;
                return null;
            }
        }

        return $"'{text}' is no size; give bytes, or a whole number with KiB, MiB or GiB, such as 64MiB";
    }

    /// <summary>A size for people: three digits or so, and a unit.</summary>
    public static string Format(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes} B",
        < 1L << 20 => Invariant(bytes / (double)(1L << 10), "KiB"),
        < 1L << 30 => Invariant(bytes / (double)(1L << 20), "MiB"),
        _ => Invariant(bytes / (double)(1L << 30), "GiB"),
    };

    private static string Invariant(double number, string unit) =>
        number.ToString("0.#", CultureInfo.InvariantCulture) + " " + unit;
}
