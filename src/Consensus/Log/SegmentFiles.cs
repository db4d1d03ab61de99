using System.Security.Cryptography;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <summary>What makes, lists, cuts and deletes a log's segment files. Not thread-safe.</summary>
internal static class SegmentFiles
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>The segments' paths by first index, ascending.</summary>
    public static SortedList<long, string> In(IDisk disk, string folder)
    {
        var found = new SortedList<long, string>();
        foreach (string name in disk.Files(folder))
        {
            if (Segment.TryParseName(name, out long firstIndex))
            {
                found.Add(firstIndex, Path.Combine(folder, name));
            }
        }

        return found;
    }

    /// <summary>Turns a zeroed, synced spare into a segment; it has its name only when its header is durable.</summary>
    public static Segment Start(
        LogStoreOptions options, string folder, string spare, long segmentBytes, EntryPosition boundary)
    {
        IDisk disk = options.Disk;
        var header = new SegmentHeader(
            segmentBytes,
            boundary.Index + 1,
            boundary.Term,
            options.Cluster,
            options.Node,
            options.Folder,
            options.Salt?.Invoke() ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        byte[] page = new byte[SegmentHeader.Bytes];
        header.WriteTo(page);
        IDiskFile file = disk.Open(spare);
        string path = Path.Combine(folder, Segment.NameOf(header.FirstIndex));
        try
        {
            file.Write(page, 0);
            file.Sync();
            disk.Rename(spare, path);
            disk.SyncFolder(folder);
        }
        catch (IOException error)
        {
            disk.End(path, "making a segment", error);
        }

        return new Segment(header, file, path);
    }

    /// <summary>Makes a zeroed, synced spare right here, under a name that no supply uses.</summary>
    /// <exception cref="DiskFullException">No space for it; nothing was made.</exception>
    public static string MakeSpare(IDisk disk, string folder, long segmentBytes)
    {
        string path = Path.Combine(folder, "staged-segment");
        try
        {
            using IDiskFile file = disk.Create(path);
            file.Reserve(segmentBytes);
            Zero(file, 0, segmentBytes);
            file.Sync();
            return path;
        }
        catch (IOException)
        {
            disk.Delete(path);
            throw;
        }
    }

    /// <summary>Carries out a truncation whose intent is durable: deletes the later segments, cuts the round in two, zeroes the rest.</summary>
    public static void Cut(IDisk disk, string folder, LogIntent.Truncation cut, IDiskFile file, long zeroEnd)
    {
        SortedList<long, string> segments = In(disk, folder);
        for (int place = segments.Count - 1; place >= 0 && segments.GetKeyAtIndex(place) > cut.SegmentFirstIndex; place--)
        {
            disk.Delete(segments.GetValueAtIndex(place));
        }

        if (cut.Header.Length > 0)
        {
            file.Write(cut.Header, cut.HeaderOffset);
        }

        Zero(file, cut.End, zeroEnd);
        file.Sync();
        disk.SyncFolder(folder);
    }

    /// <summary>Deletes all segments; a reset's intent is durable.</summary>
    public static void DeleteAll(IDisk disk, string folder)
    {
        foreach (string path in In(disk, folder).Values.Reverse())
        {
            disk.Delete(path);
        }

        disk.SyncFolder(folder);
    }

    /// <summary>Writes zeros from one offset up to another.</summary>
    public static void Zero(IDiskFile file, long from, long to)
    {
        if (from >= to)
        {
            return;
        }

        byte[] zeros = new byte[Math.Min(ChunkBytes, to - from)];
        for (long offset = from; offset < to; offset += zeros.Length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, to - offset)), offset);
        }
    }
}
