using Microsoft.Extensions.Logging;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Snapshots;

namespace StateServer.Consensus.Duties;

/// <summary>
/// Writes a snapshot when enough entries or bytes were applied since the last one, from an immutable version of the state and on
/// a thread of its own, so that applying goes on meanwhile. After a failure it waits twice as long each time.
/// </summary>
internal sealed class SnapshotDuty
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ReplicaOptions _options;
    private readonly Applier _applier;
    private readonly ISnapshotSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _lastBytes;
    private TimeSpan _pause;
    private long _failedAt;

    /// <summary>Makes it.</summary>
    public SnapshotDuty(ReplicaOptions options, Applier applier, ISnapshotSink sink, TimeProvider time, ILogger logger)
    {
        _options = options;
        _applier = applier;
        _sink = sink;
        _time = time;
        _logger = logger;
    }

    /// <summary>Writes a snapshot where one is due.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        if (!_sink.IsOpen)
        {
            return;
        }

        var point = _applier.Point;
        var bytes = _applier.AppliedBytes;
        var due = point.Index - _sink.NewestIndex >= _options.SnapshotEntries || bytes - _lastBytes >= _options.SnapshotBytes;
        if (!due || point.Index <= _sink.NewestIndex || (_pause > TimeSpan.Zero && _time.GetElapsedTime(_failedAt) < _pause))
        {
            return;
        }

        var started = _time.GetTimestamp();
        try
        {
            var written = await OwnThread.RunAsync(
                "snapshot",
                () => _sink.Write(new(point.Index, point.Term), content => StateSnapshotCodec.Write(content, point.State)))
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            (_lastBytes, _pause) = (bytes, TimeSpan.Zero);
            DutyLog.SnapshotWritten(_logger, point.Index, written, _time.GetElapsedTime(started));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failedAt = _time.GetTimestamp();
            _pause = _pause == TimeSpan.Zero ? FirstPause : TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
            DutyLog.SnapshotFailed(_logger, point.Index, _pause, e.Message);
        }
    }
}
