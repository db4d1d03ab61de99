using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Tests.Log;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>Entries that a snapshot lets go while they are read for a follower are no error of the log.</summary>
public sealed class DroppedEntriesTest
{
    [Fact]
    public async Task Entries_dropped_while_they_are_read_shorten_the_batch_and_then_the_snapshot_stands_for_them()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedDisk();
        using VoteStore votes = VoteStore.Create("/vote", disk);
        using LogStore store = LogStore.Open("/log", Logs.Options(disk, segmentBytes: 8192) with { CacheBytes = 100 }, NullLogger.Instance);
        using SnapshotStore snapshots = SnapshotStore.Open("/snapshots", new() { Cluster = new(11), Disk = disk });
        var log = new RaftLog(new(1), store, votes, new(0, Stage.Configuration(1, 2, 3).Encode()), 0);
        log.SaveTerm(1, default);
        log.Accept([.. Logs.Records(1, 100, term: 1, bytes: 400)]);
        log.CommitVerified(100);
        await using var door = new DurableLog(folder.File("library"), new(1), log, snapshots, null!, null!, () => { }, 1024 * 1024);
        using (SnapshotWriter writer = snapshots.Begin(new(100, 1), default, 0))
        {
            writer.Write([1]);
            writer.Commit();
        }

        disk.BeforeRead = () =>
        {
            disk.BeforeRead = null;
            log.DropBehindSnapshot(100, 0, 0);
        };
        var (entries, snapshot) = await ((IAuditTrail<IRaftLogEntry>)door).ReadAsync(new Counter(), 1, 100);
        Assert.InRange(entries, 1, 99);
        Assert.Null(snapshot);
        Assert.True(log.FirstIndex > 1);
        (_, snapshot) = await ((IAuditTrail<IRaftLogEntry>)door).ReadAsync(new Counter(), 1, 100);
        Assert.Equal(100, snapshot);
    }

    private sealed class Counter : ILogEntryConsumer<IRaftLogEntry, (int Entries, long? Snapshot)>
    {
        ValueTask<(int Entries, long? Snapshot)> ILogEntryConsumer<IRaftLogEntry, (int Entries, long? Snapshot)>.ReadAsync<TEntry, TList>(
            TList entries, long? snapshotIndex, CancellationToken token) => new((entries.Count, snapshotIndex));
    }
}
