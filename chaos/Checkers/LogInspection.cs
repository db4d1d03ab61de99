using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Checkers;

/// <summary>No member ended by itself, and no log tells of an exception that nobody caught.</summary>
internal static class LogInspection
{
    private static readonly string[] Alarming =
        ["Unhandled exception", "UnobservedTaskException", "unobserved", "A broken invariant", "Process terminated", "crit:"];

    public static Verdict Inspect(ClusterUnderTest cluster)
    {
        if (cluster.UnexpectedDeaths.FirstOrDefault() is { } death)
        {
            return new Verdict("processes", Conclusion.Violated, death);
        }

        foreach (MemberProcess member in cluster.Members.Where(m => File.Exists(m.LogFile)))
        {
            using var reader = new StreamReader(new FileStream(member.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            while (reader.ReadLine() is { } line)
            {
                if (Alarming.Any(word => line.Contains(word, StringComparison.Ordinal)))
                {
                    return new Verdict("processes", Conclusion.Violated, $"{member.Name}: {line.Trim()}");
                }
            }
        }

        return new Verdict("processes", Conclusion.Holds, "no member ended by itself, no exception uncaught");
    }
}
