namespace StateServer.Bench.Workloads;

/// <summary>Snapshots that were read one after the other.</summary>
/// <param name="MeanDuration">From the call to the last byte; of those that ended while the load went on, or of the first.</param>
/// <param name="Bytes">Of the last one.</param>
internal sealed record SnapshotFigures(TimeSpan MeanDuration, long Bytes);
