using System.Diagnostics.Metrics;

namespace StateServer.Consensus.Log;

/// <summary>What the storage measures, for all stores of the process. Thread-safe.</summary>
internal static class StorageMeters
{
    private static readonly Meter Meter = new("StateServer.Consensus");

    /// <summary>Seconds a sync of the log took.</summary>
    public static readonly Histogram<double> SyncDuration = Meter.CreateHistogram(
        "stateserver.log.fsync.duration",
        "s",
        "Time of one fdatasync of the log",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
            [
                0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
            ],
        });

    /// <summary>Bytes written to the log, framing included.</summary>
    public static readonly Counter<long> BytesWritten =
        Meter.CreateCounter<long>("stateserver.log.written", "By", "Bytes written to the log");

    /// <summary>Rounds written to the log.</summary>
    public static readonly Counter<long> Rounds =
        Meter.CreateCounter<long>("stateserver.log.rounds", "{round}", "Writes to the log, each of one or more entries");

    /// <summary>Entries cut off the log's end.</summary>
    public static readonly Counter<long> Truncated =
        Meter.CreateCounter<long>("stateserver.log.truncated", "{entry}", "Entries cut off for conflicting with the leader's");

    /// <summary>Seconds that making a spare segment took.</summary>
    public static readonly Histogram<double> SegmentPreparation = Meter.CreateHistogram<double>(
        "stateserver.log.segment.preparation.duration", "s", "Time to zero a spare segment");

    /// <summary>Tries to make a spare segment that failed, by cause.</summary>
    public static readonly Counter<long> SegmentFailures = Meter.CreateCounter<long>(
        "stateserver.log.segment.failures", "{try}", "Tries to make a spare segment that failed");

    /// <summary>Appends refused for want of space.</summary>
    public static readonly Counter<long> SpaceRefusals = Meter.CreateCounter<long>(
        "stateserver.log.space_refusals", "{append}", "Appends refused because the disk is full");

    /// <summary>Bytes of a finished snapshot, by how it came: written or received.</summary>
    public static readonly Histogram<long> SnapshotBytes =
        Meter.CreateHistogram<long>("stateserver.snapshot.size", "By", "Bytes of a finished snapshot");

    /// <summary>Seconds from a snapshot's begin to its being durable, by how it came: written or received.</summary>
    public static readonly Histogram<double> SnapshotDuration = Meter.CreateHistogram<double>(
        "stateserver.snapshot.duration", "s", "Time from a snapshot's begin to its being durable");

    /// <summary>Snapshots given up, by how they came: written or received.</summary>
    public static readonly Counter<long> SnapshotFailures =
        Meter.CreateCounter<long>("stateserver.snapshot.failures", "{snapshot}", "Snapshots given up");
}
