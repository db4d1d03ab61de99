using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <summary>
/// Keeps two spare segments ready, zero-filled and synced: one so that a roll doesn't wait, and one in reserve, which only
/// appends that free space or heal may take when the disk is full. Thread-safe.
/// </summary>
internal sealed partial class SegmentSupply : IDisposable
{
    /// <summary>Spares kept: the next segment and the reserve.</summary>
    public const int Wanted = 2;

    private const string SparePrefix = "spare-";
    private const string StagedPrefix = "staged-";
    private const int ChunkBytes = 1024 * 1024;

    private readonly string _folder;
    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _retry;
    private readonly int _segmentBytes;
    private readonly bool _inBackground;
    private readonly object _gate = new();
    private readonly Queue<string> _unchecked = new();
    private readonly Queue<string> _ready = new();
    private readonly Thread? _maker;
    private readonly ITimer? _alarm;
    private byte[]? _zeros;
    private long _nextName;
    private long _tries;
    private bool _mayTry = true;
    private bool _stopping;
    private string? _shortage;

    /// <summary>Takes over the spares that an earlier run left.</summary>
    public SegmentSupply(string folder, int segmentBytes, LogStoreOptions options, ILogger logger)
    {
        _folder = folder;
        _segmentBytes = segmentBytes;
        _disk = options.Disk;
        _time = options.Time;
        _retry = options.SpaceRetry;
        _logger = logger;
        _inBackground = options.PrepareInBackground;
        AdoptLeftovers();
        if (_inBackground)
        {
            _alarm = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _maker = new Thread(Run) { IsBackground = true, Name = "log segments" };
            _maker.Start();
        }
    }

    /// <summary>Why there are fewer spares than wanted and none can be made, or null.</summary>
    public string? Shortage
    {
        get
        {
            lock (_gate)
            {
                return _shortage;
            }
        }
    }

    /// <summary>Bytes of the spares.</summary>
    public long DiskBytes
    {
        get
        {
            lock (_gate)
            {
                return (long)(_ready.Count + _unchecked.Count) * _segmentBytes;
            }
        }
    }

    /// <summary>
    /// Makes sure that this many spares can be taken, and that the reserve stays untouched unless it may be taken. Waits while
    /// a spare is being made.
    /// </summary>
    /// <exception cref="LogSpaceException">The disk is full.</exception>
    public void Require(int count, bool reserve)
    {
        lock (_gate)
        {
            int kept = reserve ? 0 : 1;
            while (_ready.Count < count + kept)
            {
                // A background that knows of no shortage makes up for the reserve in a moment: no append waits for that.
                if (_inBackground && _shortage is null && _ready.Count >= count)
                {
                    return;
                }

                if (!TryMore())
                {
                    break;
                }
            }

            if (_ready.Count >= count + kept)
            {
                return;
            }

            StorageMeters.SpaceRefusals.Add(1);
            throw new LogSpaceException($"the log's disk is full: {_shortage ?? "the log is closing"}");
        }
    }

    /// <summary>Takes a spare that <see cref="Require"/> has made sure of.</summary>
    /// <returns>Its path.</returns>
    public string Take()
    {
        lock (_gate)
        {
            string path = _ready.Dequeue();
            Monitor.PulseAll(_gate);
            return path;
        }
    }

    /// <summary>Tries again now: space may have been freed.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _mayTry = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        _maker?.Join();
        _alarm?.Dispose();
    }

    /// <summary>Waits for one more try, or makes it here where there is no background. Under the lock.</summary>
    /// <returns>False where trying doesn't help.</returns>
    private bool TryMore()
    {
        if (!_inBackground)
        {
            return TryOne();
        }

        if (_stopping || (_shortage is not null && !_mayTry))
        {
            return false;
        }

        long tries = _tries;
        while (tries == _tries && !_stopping)
        {
            Monitor.Wait(_gate);
        }

        return !_stopping && _shortage is null;
    }

    private void Run()
    {
        lock (_gate)
        {
            while (!_stopping)
            {
                if (_ready.Count >= Wanted || !_mayTry)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                if (!TryOne() && !_stopping)
                {
                    _mayTry = false;
                    _alarm!.Change(_retry, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    /// <summary>Makes one spare, with the lock let go meanwhile where there is a background. Every failure counts as a shortage.</summary>
    private bool TryOne()
    {
        string? leftover = _unchecked.Count > 0 ? _unchecked.Dequeue() : null;
        string spare = leftover ?? Path.Combine(_folder, $"{SparePrefix}{_nextName++:D8}");
        Monitor.Exit(_gate);
        string? failure = null;
        try
        {
            long started = _time.GetTimestamp();
            Make(spare, leftover is not null);
            StorageMeters.SegmentPreparation.Record(_time.GetElapsedTime(started).TotalSeconds);
        }
        catch (Exception error) when (_inBackground || error is IOException or UnauthorizedAccessException)
        {
            failure = error.Message;
            StorageMeters.SegmentFailures.Add(1, new KeyValuePair<string, object?>(
                "cause", error is DiskFullException ? "full" : "error"));
        }
        finally
        {
            Monitor.Enter(_gate);
            _tries++;
            Monitor.PulseAll(_gate);
        }

        if (failure is null)
        {
            if (_shortage is not null)
            {
                LogHealed(_folder);
            }

            _shortage = null;
            _ready.Enqueue(spare);
            return true;
        }

        if (failure != _shortage)
        {
            LogShortage(_folder, failure);
        }

        _shortage = failure;
        return false;
    }

    private void Make(string spare, bool leftover)
    {
        if (leftover)
        {
            using IDiskFile old = _disk.Open(spare);
            ZeroWhereNeeded(old);
            return;
        }

        string staged = Path.Combine(_folder, StagedPrefix + Path.GetFileName(spare));
        try
        {
            using (IDiskFile file = _disk.Create(staged))
            {
                file.Reserve(_segmentBytes);
                ZeroAll(file);
            }

            _disk.Rename(staged, spare);
            _disk.SyncFolder(_folder);
        }
        catch (IOException)
        {
            _disk.Delete(staged);
            throw;
        }
    }

    /// <summary>Synced chunk by chunk: the log's own syncs share the disk, and would wait for all of it at once.</summary>
    private void ZeroAll(IDiskFile file)
    {
        _zeros ??= new byte[Math.Min(ChunkBytes, _segmentBytes)];
        for (int offset = 0; offset < _segmentBytes; offset += _zeros.Length)
        {
            file.Write(_zeros.AsSpan(0, Math.Min(_zeros.Length, _segmentBytes - offset)), offset);
            file.SyncDraft();
        }
    }

    /// <summary>A crash may have come between a spare's header and its renaming.</summary>
    private void ZeroWhereNeeded(IDiskFile file)
    {
        byte[] chunk = new byte[Math.Min(ChunkBytes, _segmentBytes)];
        for (int offset = 0; offset < _segmentBytes; offset += chunk.Length)
        {
            int read = file.Read(chunk.AsSpan(0, Math.Min(chunk.Length, _segmentBytes - offset)), offset);
            if (chunk.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                ZeroAll(file);
                return;
            }
        }
    }

    private void AdoptLeftovers()
    {
        foreach (string name in _disk.Files(_folder))
        {
            string path = Path.Combine(_folder, name);
            if (name.StartsWith(StagedPrefix, StringComparison.Ordinal))
            {
                _disk.Delete(path);
            }
            else if (name.StartsWith(SparePrefix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(SparePrefix.Length), out long number))
            {
                _nextName = Math.Max(_nextName, number + 1);
                if (LengthOf(path) == _segmentBytes && _unchecked.Count < Wanted)
                {
                    _unchecked.Enqueue(path);
                }
                else
                {
                    _disk.Delete(path);
                }
            }
        }
    }

    private long LengthOf(string path)
    {
        using IDiskFile file = _disk.Open(path);
        return file.Length;
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "No spare log segment can be made in {Folder}: {Reason}. Writes are refused once the log's current file is full; free space and they resume.")]
    private partial void LogShortage(string folder, string reason);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "Spare log segments can be made in {Folder} again.")]
    private partial void LogHealed(string folder);
}
