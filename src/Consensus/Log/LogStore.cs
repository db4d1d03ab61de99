using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <summary>
/// The log on disk: segmented, preallocated, append-only. One writer at a time (the caller serialises <see cref="Append"/>,
/// <see cref="TruncateSuffix"/>, <see cref="DropPrefix"/> and <see cref="Reset"/>); <see cref="Sync"/> and readers may run beside
/// anything. A failed sync ends the process. Its format and its recovery are ADR 0020.
/// </summary>
internal sealed partial class LogStore : IDisposable
{
    private readonly string _folder;
    private readonly LogStoreOptions _options;
    private readonly IDisk _disk;
    private readonly SlotFile _intent;
    private readonly SegmentSupply _supply;
    private readonly RecordCache _cache;
    private readonly SyncsUnderWay _syncs;
    private readonly TermRuns _terms;
    private readonly List<Segment> _segments;
    private readonly int _segmentBytes;
    private readonly Lock _gate = new();
    private EntryPosition _boundary;
    private long _lastIndex;
    private long _durableIndex;
    private long _commitIndex;
    private long _epoch;

    private LogStore(string folder, LogStoreOptions options, RecoveredLog recovered, ILogger logger)
    {
        _folder = folder;
        _options = options;
        _disk = options.Disk;
        _intent = recovered.Intent;
        _segments = recovered.Segments;
        _terms = recovered.Terms;
        _boundary = recovered.Boundary;
        _lastIndex = _segments[^1].LastIndex;
        _durableIndex = _lastIndex;
        _commitIndex = recovered.CommitIndex;
        RecoveredCommitIndex = recovered.CommitIndex;
        _segmentBytes = (int)_segments[^1].Header.SegmentBytes;
        _cache = new RecordCache(options.CacheBytes);
        _syncs = new SyncsUnderWay(options.Time);
        _supply = new SegmentSupply(folder, _segmentBytes, options, logger);
    }

    /// <summary>Opens a log, or makes it, and recovers what a crash left.</summary>
    /// <param name="folder">Its folder, for it alone; absolute.</param>
    /// <param name="options">Its options.</param>
    /// <param name="logger">Told about what was torn and about the lack of space.</param>
    /// <exception cref="LogDamagedException">Something that was made durable is not what it was.</exception>
    /// <exception cref="LogSpaceException">No space for a new log.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A segment size that can't be.</exception>
    public static LogStore Open(string folder, LogStoreOptions options, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SegmentBytes, 8192);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SegmentBytes, 1 << 30);
        string path = Path.GetFullPath(folder);
        return new LogStore(path, options, new LogRecovery(path, options, logger).Run(), logger);
    }

    /// <summary>Index of the first entry it holds.</summary>
    public long FirstIndex => Boundary.Index + 1;

    /// <summary>Index of the last entry, durable or not; <see cref="FirstIndex"/> - 1 while it is empty.</summary>
    public long LastIndex => Volatile.Read(ref _lastIndex);

    /// <summary>The last entry that is durable here.</summary>
    public long LastDurableIndex => Volatile.Read(ref _durableIndex);

    /// <summary>The highest commit index that was found when the log was opened; what it says was committed, but more may be.</summary>
    public long RecoveredCommitIndex { get; }

    /// <summary>The entry right before <see cref="FirstIndex"/>; (0, 0) in a log from the beginning.</summary>
    public EntryPosition Boundary
    {
        get
        {
            lock (_gate)
            {
                return _boundary;
            }
        }
    }

    /// <summary>Bytes on disk, spares included.</summary>
    public long DiskBytes
    {
        get
        {
            lock (_gate)
            {
                return ((long)_segments.Count * _segmentBytes) + _supply.DiskBytes;
            }
        }
    }

    /// <summary>How long a sync of the log has been under way; zero where none is.</summary>
    public TimeSpan SyncingFor => _syncs.Longest;

    /// <summary>Why ordinary appends are, or soon will be, refused for want of space; null while all is well.</summary>
    public string? SpaceShortage => _supply.Shortage;

    /// <summary>The largest payload that fits, bytes.</summary>
    public int MaxPayloadBytes =>
        _segmentBytes - SegmentHeader.Bytes - RoundHeader.SectorBytes - RoundHeader.Bytes - RecordFormat.HeaderBytes - 8;

    /// <summary>Position of the last entry, or the boundary where there is none.</summary>
    public EntryPosition LastPosition
    {
        get
        {
            lock (_gate)
            {
                return new EntryPosition(_lastIndex, _terms.At(_lastIndex));
            }
        }
    }

    /// <summary>Makes durable what was appended before this call: one fdatasync. A failure ends the process.</summary>
    public void Sync()
    {
        Segment segment;
        long written;
        long epoch;
        lock (_gate)
        {
            epoch = _epoch;
            written = _lastIndex;
            if (written <= _durableIndex)
            {
                return;
            }

            segment = _segments[^1];
            segment.Hold();
        }

        SyncMeasured(segment);
        segment.Release();
        RaiseDurable(written, epoch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _supply.Dispose();
        _intent.Dispose();
        lock (_gate)
        {
            _segments.ForEach(segment => segment.Release());
            _segments.Clear();
        }
    }

    private void SyncMeasured(Segment segment)
    {
        long started = _syncs.Begin();
        try
        {
            segment.File.Sync();
        }
        finally
        {
            _syncs.End(started);
        }

        StorageMeters.SyncDuration.Record(_options.Time.GetElapsedTime(started).TotalSeconds);
    }

    private void RaiseDurable(long index, long epoch)
    {
        lock (_gate)
        {
            // Beside this sync a roll may have come further, or a cut may have taken away what was synced.
            if (index > _durableIndex && epoch == _epoch)
            {
                Volatile.Write(ref _durableIndex, index);
            }
        }
    }
}
