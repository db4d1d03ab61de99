using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>The logs of all state servers that there were, those of removed ones too.</summary>
internal static class KeptLogs
{
    /// <summary>How a member says that it was removed, and its process that it ends for that: critical for it, and what is to be.</summary>
    private const string Removal = "member was removed from the cluster";

    /// <summary>No log tells of an exception that nobody caught, or of anything critical but a removal.</summary>
    public static Verdict Inspect(string folder)
    {
        string[] logs = Directory.GetFiles(folder);
        foreach (string log in logs)
        {
            using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (LogInspection.FindAlarm(stream, (_, critical) => critical.Contains(Removal, StringComparison.Ordinal)) is { } line)
            {
                return new Verdict("processes", Conclusion.Violated, $"{Path.GetFileName(log)}: {line}");
            }
        }

        return new Verdict("processes", Conclusion.Holds, $"{logs.Length} logs, no exception uncaught, nothing critical");
    }
}
