using System.Collections.Immutable;
using System.Globalization;

namespace StateServer.Agent.Logs;

/// <summary>The files of a unit's log: each is named by the offset of its first byte in all that the unit ever printed.</summary>
internal static class LogSegments
{
    /// <summary>How many files a log is in at most: what is dropped at once is a fourth of it.</summary>
    public const int Most = 4;

    private const string Prefix = "log.";

    /// <summary>A segment's path.</summary>
    public static string PathOf(string folder, long start) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{start:D19}"));

    /// <summary>Where the segments in a folder begin, ascending; none where there is no such folder.</summary>
    public static ImmutableArray<long> Starts(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, Prefix + "*").Select(StartOf).Where(static s => s >= 0).Order()] : [];

    private static long StartOf(string path) => long.TryParse(
        Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long start) ? start : -1;
}
