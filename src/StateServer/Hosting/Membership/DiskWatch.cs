using System.Diagnostics.Metrics;

namespace StateServer.Hosting.Membership;

/// <summary>
/// Whether this member's disk stalls: every sync of its log took too long, for a while, and lately. It listens to the log's own
/// measurement. Thread-safe.
/// </summary>
internal sealed class DiskWatch : IDisposable
{
    /// <summary>Half of the shortest election timeout: followers of such a leader wait longer for a commit than for a new leader.</summary>
    private const double SlowSeconds = 0.25;

    /// <summary>One long sync is a disk's hiccup; so many seconds of nothing else are none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What was seen longer ago says nothing of the disk now.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private long? _firstSlow;
    private long _lastSlow;

    /// <summary>Listens from now on.</summary>
    public DiskWatch(TimeProvider time)
    {
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "StateServer.Consensus", Name: "stateserver.log.fsync.duration" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Note(seconds));
        _listener.Start();
    }

    /// <summary>Whether it stalls.</summary>
    public bool IsSlow
    {
        get
        {
            lock (_lock)
            {
                return _firstSlow is { } first
                    && _time.GetElapsedTime(first, _lastSlow) >= Patience
                    && _time.GetElapsedTime(_lastSlow) <= Freshness;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>Takes one sync into account.</summary>
    internal void Note(double seconds)
    {
        if (seconds < SlowSeconds && _firstSlow is null)
        {
            return;
        }

        lock (_lock)
        {
            if (seconds < SlowSeconds || (_firstSlow is not null && _time.GetElapsedTime(_lastSlow) > Freshness))
            {
                _firstSlow = null;
            }

            if (seconds >= SlowSeconds)
            {
                _lastSlow = _time.GetTimestamp();
                _firstSlow ??= _lastSlow;
            }
        }
    }
}
