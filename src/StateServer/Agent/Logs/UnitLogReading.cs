using System.Collections.Immutable;

namespace StateServer.Agent.Logs;

/// <summary>Reads a unit's log while it is written. Following is reading again from the last piece's end.</summary>
internal static class UnitLogReading
{
    /// <summary>The most bytes of one piece.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Reads one piece, from one file at most; a reader that asks on gets the next file's.</summary>
    /// <param name="folder">The log's folder.</param>
    /// <param name="offset">From where; below 0, so many bytes before the end. What is no longer kept is skipped.</param>
    /// <param name="most">How much at most, from 1; more than <see cref="MostBytes"/> is that.</param>
    /// <exception cref="IOException">The disk can't be read.</exception>
    public static LogPiece Read(string folder, long offset, int most)
    {
        ImmutableArray<long> starts = LogSegments.Starts(folder);
        if (starts.IsEmpty)
        {
            return new LogPiece(0, default);
        }

        long end = starts[^1] + LengthOf(folder, starts[^1]);
        long from = Math.Clamp(offset < 0 ? end + offset : offset, starts[0], end);
        long start = starts.Last(s => s <= from);
        long left = (starts.FirstOrDefault(s => s > from) is > 0 and var next ? next : end) - from;
        byte[] data = new byte[Math.Min(left, Math.Clamp(most, 1, MostBytes))];
        try
        {
            using var file = File.OpenHandle(
                LogSegments.PathOf(folder, start), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            int read = RandomAccess.Read(file, data, from - start);
            return new LogPiece(from, data.AsMemory(0, read));
        }
        catch (FileNotFoundException)
        {
            // It was dropped a moment ago: what follows is asked for next.
            return new LogPiece(starts.FirstOrDefault(s => s > start, from), default);
        }
    }

    private static long LengthOf(string folder, long start)
    {
        var file = new FileInfo(LogSegments.PathOf(folder, start));
        return file.Exists ? file.Length : 0;
    }
}
