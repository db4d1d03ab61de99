using System.Buffers;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <summary>
/// Opens a log's folder: makes a new one, finishes what an intent says was under way, reads and checks every byte of every
/// segment, and cuts off what a crash tore.
/// </summary>
internal sealed partial class LogRecovery(string folder, LogStoreOptions options, ILogger logger)
{
    /// <summary>The file of intents. It is made last: a folder that has it was once whole.</summary>
    public const string IntentName = "intent";

    /// <summary>Tells the intents' file from other slot files: "SSINTENT".</summary>
    private const ulong IntentMagic = 0x544E45544E495353;

    private const int MaxSegmentBytes = 1 << 30;

    private readonly IDisk _disk = options.Disk;
    private readonly string _intentPath = Path.Combine(folder, IntentName);
    private readonly List<Segment> _segments = [];

    /// <summary>Does it.</summary>
    /// <exception cref="LogDamagedException">Something that was made durable is not what it was.</exception>
    /// <exception cref="LogSpaceException">No space for a new log.</exception>
    public RecoveredLog Run()
    {
        SlotFile intents = OpenIntents();
        try
        {
            Finish(intents);
            return ReadSegments(intents);
        }
        catch (DiskFullException error)
        {
            intents.Dispose();
            throw new LogSpaceException($"no space to open the log in {folder}: {error.Message}", error);
        }
        catch
        {
            intents.Dispose();
            _segments.ForEach(segment => segment.Release());
            throw;
        }
    }

    private SlotFile OpenIntents()
    {
        if (options.MustExist || _disk.Exists(_intentPath))
        {
            return SlotFile.Open(_disk, _intentPath, IntentMagic);
        }

        RefuseUnlessNew();
        try
        {
            _disk.CreateFolder(folder);
            _disk.SyncFolder(Path.GetDirectoryName(folder)!);
            string spare = SegmentFiles.MakeSpare(_disk, folder, options.SegmentBytes);
            SegmentFiles.Start(options, folder, spare, options.SegmentBytes, default).Release();
            return SlotFile.Create(_disk, _intentPath, IntentMagic, new LogIntent.Settled(1).Encode());
        }
        catch (DiskFullException error)
        {
            throw new LogSpaceException($"no space for a new log in {folder}: {error.Message}", error);
        }
    }

    /// <summary>A first start that crashed leaves at most one segment without records; anything else is a log that lost its intents.</summary>
    private void RefuseUnlessNew()
    {
        foreach (string path in SegmentFiles.In(_disk, folder).Values)
        {
            using (IDiskFile file = _disk.Open(path))
            {
                byte[] content = new byte[file.Length];
                _ = file.Read(content, 0);
                if (content.Length > SegmentHeader.Bytes
                    && content.AsSpan(SegmentHeader.Bytes).ContainsAnyExcept((byte)0))
                {
                    throw new LogDamagedException(_intentPath, 0, "the file is missing, though the folder holds entries");
                }
            }

            _disk.Delete(path);
        }
    }

    private void Finish(SlotFile intents)
    {
        switch (LogIntent.Decode(intents.Value, _intentPath))
        {
            case LogIntent.Truncation cut:
                string path = Path.Combine(folder, Segment.NameOf(cut.SegmentFirstIndex));
                if (!_disk.Exists(path))
                {
                    throw new LogDamagedException(path, 0, "the file is missing");
                }

                using (IDiskFile file = _disk.Open(path))
                {
                    SegmentFiles.Cut(_disk, folder, cut, file, file.Length);
                }

                Settle(intents, cut.SegmentFirstIndex);
                break;
            case LogIntent.Reset reset:
                SegmentFiles.DeleteAll(_disk, folder);
                string spare = SegmentFiles.MakeSpare(_disk, folder, options.SegmentBytes);
                SegmentFiles.Start(options, folder, spare, options.SegmentBytes, reset.Boundary).Release();
                Settle(intents, reset.Boundary.Index + 1);
                break;
        }
    }

    private void Settle(SlotFile intents, long lastSegment) =>
        intents.Save(_disk, new LogIntent.Settled(lastSegment).Encode());

    private RecoveredLog ReadSegments(SlotFile intents)
    {
        SortedList<long, string> paths = SegmentFiles.In(_disk, folder);
        long noted = ((LogIntent.Settled)LogIntent.Decode(intents.Value, _intentPath)).LastSegment;
        if (paths.Count == 0 || paths.GetKeyAtIndex(paths.Count - 1) < noted)
        {
            throw new LogDamagedException(Path.Combine(folder, Segment.NameOf(noted)), 0, "the file is missing");
        }

        var terms = new TermRuns();
        long commitIndex = 0;
        for (int place = 0; place < paths.Count; place++)
        {
            Segment segment = OpenSegment(paths.GetKeyAtIndex(place), paths.GetValueAtIndex(place), terms);
            commitIndex = Math.Max(commitIndex, ReadSegment(segment, place == paths.Count - 1, terms));
        }

        Segment first = _segments[0];
        var boundary = new EntryPosition(first.FirstIndex - 1, first.Header.PreviousTerm);
        return new RecoveredLog(
            _segments, terms, boundary, Math.Min(commitIndex, _segments[^1].LastIndex), intents);
    }

    private Segment OpenSegment(long firstIndex, string path, TermRuns terms)
    {
        IDiskFile file = _disk.Open(path);
        byte[] page = new byte[SegmentHeader.Bytes];
        try
        {
            if (file.Read(page, 0) < page.Length)
            {
                throw new LogDamagedException(path, file.Length, "the segment is shorter than its header");
            }

            SegmentHeader header = SegmentHeader.ReadFrom(page, path);
            Compare(header, path, firstIndex, file.Length);
            if (_segments.Count == 0)
            {
                terms.Reset(firstIndex - 1, header.PreviousTerm);
            }
            else if (_segments[^1] is var before
                && (before.LastIndex != firstIndex - 1 || terms.At(firstIndex - 1) != header.PreviousTerm))
            {
                throw new LogDamagedException(
                    before.Path,
                    before.End,
                    $"it ends with entry {before.LastIndex} of term {terms.At(before.LastIndex)}, and the next segment "
                    + $"begins behind entry {firstIndex - 1} of term {header.PreviousTerm}");
            }

            var segment = new Segment(header, file, path);
            _segments.Add(segment);
            return segment;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Compare(SegmentHeader header, string path, long firstIndex, long length)
    {
        if (header.FirstIndex != firstIndex)
        {
            throw new LogDamagedException(path, 32, $"its name says entry {firstIndex} and its header {header.FirstIndex}");
        }

        if (length != header.SegmentBytes || length > MaxSegmentBytes)
        {
            throw new LogDamagedException(
                path, Math.Min(length, header.SegmentBytes), $"it has {length} bytes and must have {header.SegmentBytes}");
        }

        if (header.Cluster != options.Cluster || header.Node != options.Node || header.Folder != options.Folder)
        {
            throw new LogDamagedException(
                path,
                48,
                $"it belongs to cluster {header.Cluster}, member {header.Node}, folder {header.Folder}, and this is cluster "
                + $"{options.Cluster}, member {options.Node}, folder {options.Folder}");
        }
    }

    private long ReadSegment(Segment segment, bool isLast, TermRuns terms)
    {
        int length = (int)segment.Header.SegmentBytes;
        byte[] content = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (isLast)
            {
                // What a killed process wrote may still be in the page cache alone; and after a failed sync the cache may hold
                // what the disk doesn't. Write out the first, forget the second, and read what is really there.
                segment.File.Sync();
                segment.File.ForgetCache();
            }

            if (segment.File.Read(content.AsSpan(0, length), 0) != length)
            {
                throw new LogDamagedException(segment.Path, 0, "it can't be read to its end");
            }

            (long commitIndex, bool torn) = SegmentScan.Run(segment, content.AsSpan(0, length), isLast, terms);
            if (torn)
            {
                LogTorn(segment.Path, segment.End, segment.LastIndex);
#if !PLANTED_KeepTornTail
                SegmentFiles.Zero(segment.File, segment.End, length);
                segment.File.Sync();
#endif
            }

            return commitIndex;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    [LoggerMessage(EventId = 2010, Level = LogLevel.Warning, Message = "{File} was torn at byte {Offset}, in a write that was never synced nor acknowledged; it was cut off behind entry {LastIndex}.")]
    private partial void LogTorn(string file, int offset, long lastIndex);
}
