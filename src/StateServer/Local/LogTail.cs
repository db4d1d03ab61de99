namespace StateServer.Local;

/// <summary>The end of a member's log, for messages.</summary>
internal static class LogTail
{
    private const int Bytes = 16 * 1024;

    /// <summary>The last complaint (a line that begins with <c>stateserver:</c>) of a log's end, or its last line.</summary>
    public static string LastLine(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(Bytes, file.Length), SeekOrigin.End);
            string[] lines = new StreamReader(file).ReadToEnd()
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return lines.LastOrDefault(l => l.StartsWith("stateserver:", StringComparison.Ordinal))
                ?? lines.LastOrDefault()
                ?? "it said nothing";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "it left no log";
        }
    }
}
