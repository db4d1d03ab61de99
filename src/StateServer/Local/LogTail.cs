namespace StateServer.Local;

/// <summary>The end of a member's log, for messages.</summary>
internal static class LogTail
{
    private const int Bytes = 16 * 1024;

    /// <summary>The last complaint in a log's end, with a colon in front: what a member says when it refuses to run, or why it fell. Empty where it said nothing, as when it was killed.</summary>
    public static string LastComplaint(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(Bytes, file.Length), SeekOrigin.End);
            string? complaint = new StreamReader(file).ReadToEnd()
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .LastOrDefault(IsComplaint);
            return complaint is null ? "" : $": {complaint}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool IsComplaint(string line) =>
        line.StartsWith("stateserver:", StringComparison.Ordinal)
        || line.Contains(" crit: ", StringComparison.Ordinal)
        || line.StartsWith("Unhandled exception", StringComparison.Ordinal)
        || line.StartsWith("Process terminated", StringComparison.Ordinal);
}
