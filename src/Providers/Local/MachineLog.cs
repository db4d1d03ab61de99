namespace StateServer.Providers.Local;

/// <summary>Keeps a machine's log within its limit, whoever writes it: all append, so it may be emptied under them.</summary>
internal static class MachineLog
{
    /// <summary>What is added to the name of the older log.</summary>
    public const string Older = ".1";

    /// <summary>
    /// Where the log is past the limit, puts its end aside and empties it. What is written in between is lost; so is its end where
    /// the disk has no room for two.
    /// </summary>
    /// <param name="path">The log.</param>
    /// <param name="limit">Bytes; the older log has at most as many.</param>
    public static void Keep(string path, long limit)
    {
        var log = new FileInfo(path);
        if (!log.Exists || log.Length <= limit)
        {
            return;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            PutAside(file, path + Older, limit);
            file.SetLength(0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A log is no reason to fail a listing; the next one tries again.
        }
    }

    private static void PutAside(FileStream file, string path, long limit)
    {
        file.Seek(-Math.Min(limit, file.Length), SeekOrigin.End);
        try
        {
            using FileStream older = File.Create(path);
            var rest = new byte[64 * 1024];
            long left = limit;
            while (left > 0 && file.Read(rest, 0, (int)Math.Min(left, rest.Length)) is > 0 and var read)
            {
                older.Write(rest, 0, read);
                left -= read;
            }
        }
        catch (IOException)
        {
            // The disk is full: the room that the log takes is what it needs, and half of an older one helps nobody.
            File.Delete(path);
        }
    }
}
