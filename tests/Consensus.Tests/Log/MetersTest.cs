using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Log;

public sealed class MetersTest
{
    [Fact]
    public void Storage_shows_in_the_meter_of_consensus()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "StateServer.Consensus")
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        var disk = new SimulatedDisk();
        LogStore log = Logs.Open("/d/log", Logs.Options(disk, 16 * 1024));
        log.AppendSynced(Logs.Records(1, 3, 1));
        log.TruncateSuffix(2);
        using SnapshotStore snapshots = SnapshotStore.Open("/d/snapshots", new SnapshotStoreOptions { Cluster = new ClusterId(1), Disk = disk });
        using (SnapshotWriter writer = snapshots.Begin(new EntryPosition(1, 1), default, 0))
        {
            writer.Commit();
        }

        snapshots.Begin(new EntryPosition(2, 1), default, 0).Dispose();
        disk.Capacity = disk.Used;
        Assert.Throws<LogSpaceException>(() => log.Append(Logs.Records(2, 5, 1, 11_000), 0));
        foreach (string name in new[]
        {
            "stateserver.log.fsync.duration", "stateserver.log.written", "stateserver.log.rounds", "stateserver.log.truncated",
            "stateserver.log.segment.preparation.duration", "stateserver.log.segment.failures",
            "stateserver.log.space_refusals", "stateserver.snapshot.size", "stateserver.snapshot.duration",
            "stateserver.snapshot.failures",
        })
        {
            Assert.True(seen.ContainsKey(name), name);
        }
    }
}
