using System.Diagnostics.Metrics;

namespace StateServer.Hosting.Membership;

/// <summary>
/// Whether this member's disk stalls: every sync of its log took too long, for a while, and lately; or one has not ended for that
/// while. It listens to the log's own measurements. Thread-safe.
/// </summary>
internal sealed class DiskWatch : IDisposable
{
    private const string Ended = "stateserver.log.fsync.duration";
    private const string UnderWay = "stateserver.log.fsync.under_way";

    /// <summary>Half of the shortest election timeout: followers of such a leader wait longer for a commit than for a new leader.</summary>
    private const double SlowSeconds = 0.25;

    /// <summary>One long sync is a disk's hiccup; so many seconds of nothing else are none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What was seen longer ago says nothing of the disk now.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly Lock _reading = new();
    private long? _firstSlow;
    private long _lastSlow;
    private double _underWay;

    /// <summary>Listens to this process's log from now on.</summary>
    public DiskWatch(TimeProvider time)
        : this(time, "StateServer.Consensus")
    {
    }

    /// <summary>Listens to a meter from now on: tests have one of their own.</summary>
    internal DiskWatch(TimeProvider time, string meter)
    {
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter && (instrument.Name is Ended or UnderWay))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, _, _) =>
        {
            if (instrument.Name == Ended)
            {
                Note(seconds);
            }
            else
            {
                _underWay = Math.Max(_underWay, seconds);
            }
        });
        _listener.Start();
    }

    /// <summary>Whether it stalls.</summary>
    public bool IsSlow
    {
        get
        {
            double underWay = ReadUnderWay();
            lock (_lock)
            {
                return SlowFor(underWay, _time.GetTimestamp()) >= Patience;
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

    /// <summary>From the first slow sync in a row to the last, or to now while one is under way that is slow already.</summary>
    private TimeSpan SlowFor(double underWay, long now)
    {
        bool isFresh = _firstSlow is not null && _time.GetElapsedTime(_lastSlow, now) <= Freshness;
        if (underWay < SlowSeconds)
        {
            return isFresh ? _time.GetElapsedTime(_firstSlow!.Value, _lastSlow) : TimeSpan.Zero;
        }

        TimeSpan hanging = TimeSpan.FromSeconds(underWay);
        TimeSpan all = isFresh ? _time.GetElapsedTime(_firstSlow!.Value, now) : TimeSpan.Zero;
        return all > hanging ? all : hanging;
    }

    /// <summary>
    /// How long a sync has been under way; of several members in one process, the longest. Not under the lock that syncs take as they
    /// end: the log is asked, which may be held by one.
    /// </summary>
    private double ReadUnderWay()
    {
        lock (_reading)
        {
            _underWay = 0;
            _listener.RecordObservableInstruments();
            return _underWay;
        }
    }
}
