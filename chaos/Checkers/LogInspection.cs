using System.Text;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Checkers;

/// <summary>No member ended by itself, and no log tells of an exception that nobody caught, or of anything critical that no fault gave reason to.</summary>
internal static class LogInspection
{
    /// <summary>Never right, whatever was injected.</summary>
    private static readonly string[] Forbidden =
        ["Unhandled exception", "nobody observed", "A broken invariant", "Process terminated", "Fatal error", "Stack overflow", "Out of memory"];

    /// <summary>Right only while a fault gives reason to it: a damaged file, a failed sync.</summary>
    private const string Critical = " crit: ";

    public static Verdict Inspect(ClusterUnderTest cluster)
    {
        if (cluster.UnexpectedDeaths.FirstOrDefault() is { } death)
        {
            return new Verdict("processes", Conclusion.Violated, death);
        }

        foreach (MemberProcess member in cluster.Members.Where(m => File.Exists(m.LogFile)))
        {
            using var stream = new FileStream(member.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (FindAlarm(stream, member.AlarmIsExpectedAt) is { } line)
            {
                return new Verdict("processes", Conclusion.Violated, $"{member.Name}: {line}");
            }
        }

        return new Verdict("processes", Conclusion.Holds, "no member ended by itself, no exception uncaught, nothing critical in a log");
    }

    /// <summary>The first line of a log that tells of something that must not be; null where there is none.</summary>
    /// <param name="log">The log, in UTF-8.</param>
    /// <param name="isExpectedAt">Whether a critical line at an offset has its reason.</param>
    public static string? FindAlarm(Stream log, Func<long, bool> isExpectedAt) => FindAlarm(log, (offset, _) => isExpectedAt(offset));

    /// <summary>As <see cref="FindAlarm(Stream, Func{long, bool})"/>, by a critical line's offset and words.</summary>
    public static string? FindAlarm(Stream log, Func<long, string, bool> isExpected)
    {
        using var reader = new StreamReader(log, Encoding.UTF8, leaveOpen: true);
        long offset = 0;
        while (reader.ReadLine() is { } line)
        {
            if (Forbidden.Any(word => line.Contains(word, StringComparison.Ordinal))
                || (line.Contains(Critical, StringComparison.Ordinal) && !isExpected(offset, line)))
            {
                return line.Trim();
            }

            offset += Encoding.UTF8.GetByteCount(line) + 1;
        }

        return null;
    }
}
