using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Log;

public sealed class FullDiskTest
{
    private const int SegmentBytes = 16 * 1024;

    [Fact]
    public void A_full_disk_refuses_appends_whole_keeps_the_reserve_for_deletes_and_heals_without_a_restart()
    {
        var disk = new SimulatedDisk { Capacity = (5 * SegmentBytes) + 16_384 };
        LogStore log = Open(disk);
        var expected = new List<LogRecord>();
        while (TryAppend(log, expected, reserve: false))
        {
            Assert.True(expected.Count < 1000, "the disk never filled");
        }

        // 5 segments fit: four hold records, the fifth is the reserve.
        Assert.Equal(4, disk.Files("/d/log").Count(name => name.EndsWith(".seg", StringComparison.Ordinal)));
        Assert.NotNull(log.SpaceShortage);
        Logs.AssertSame(expected, log.ReadAll());
        LogRecord[] many = Logs.Records(log.LastIndex + 1, 30, 1, 3000);
        Assert.Throws<LogSpaceException>(() => log.Append(many, 0));
        Assert.Equal(expected.Count, log.LastIndex);

        for (int delete = 0; delete < 5; delete++)
        {
            Assert.True(TryAppend(log, expected, reserve: true));
        }

        Assert.False(TryAppend(log, expected, reserve: false));
        log = Open(disk);
        Logs.AssertSame(expected, log.ReadAll());
        Assert.False(TryAppend(log, expected, reserve: false));
        Assert.True(TryAppend(log, expected, reserve: true));

        log.DropPrefix(expected.Count - 10);
        Assert.True(TryAppend(log, expected, reserve: false));
        Assert.Null(log.SpaceShortage);
    }

    [Fact]
    public void A_write_that_finds_no_space_half_way_leaves_nothing_that_could_be_taken_for_an_entry_or_for_damage()
    {
        for (int written = 0; written < 4000; written += 97)
        {
            var disk = new SimulatedDisk();
            LogStore log = Open(disk);
            log.AppendSynced(Logs.Records(1, 3, 1, 200));
            disk.FailWrite = ("log-", 0, new DiskFullException("no space (simulated)"), written);
            Assert.Throws<LogSpaceException>(() => log.Append(Logs.Records(4, 10, 1, 350), 0));
            Assert.Equal(3, log.LastIndex);
            log.AppendSynced(Logs.Record(4, 2, 8));
            Assert.False(disk.ContentOf("/d/log/" + Segment.NameOf(1)).AsSpan(5000).ContainsAnyExcept((byte)0));
            log = Open(disk);
            Logs.AssertSame([.. Logs.Records(1, 3, 1, 200), Logs.Record(4, 2, 8)], log.ReadAll());

            // A segment that isn't the last must be zeros behind its last round, or it counts as damaged.
            log.AppendSynced(Logs.Record(5, 2, 11_600));
            Assert.Equal(5, Open(disk).LastIndex);
        }
    }

    [Fact]
    public void An_append_over_several_segments_that_finds_no_space_in_a_later_one_takes_back_the_earlier_ones()
    {
        var disk = new SimulatedDisk();
        LogStore log = Open(disk);
        log.AppendSynced(Logs.Records(1, 3, 1));
        LogRecord[] many = Logs.Records(4, 5, 1, 5000);

        // The second segment was opened as a spare; its header is written, its first round isn't.
        disk.FailWrite = ("/spare-", SegmentHeader.Bytes, new DiskFullException("no space (simulated)"), 1000);
        Assert.Throws<LogSpaceException>(() => log.Append(many, 0));
        Assert.Null(disk.FailWrite);
        Assert.Equal(3, log.LastIndex);
        log.AppendSynced(many);
        log = Open(disk);
        Logs.AssertSame([.. Logs.Records(1, 3, 1), .. many], log.ReadAll());
    }

    [Fact]
    public void A_disk_that_says_only_at_the_sync_that_it_is_full_costs_a_spare_and_no_process()
    {
        var disk = new SimulatedDisk { FullAtSync = "/d/log/" };
        LogStore log = Open(disk);
        var expected = new List<LogRecord>();
        while (TryAppend(log, expected, reserve: false) && disk.FullAtSync is not null)
        {
            Assert.True(expected.Count < 1000, "no spare was made");
        }

        Assert.Empty(disk.Ends);
        Assert.True(TryAppend(log, expected, reserve: true));
        Logs.AssertSame(expected, Open(disk).ReadAll());
    }

    [Fact]
    public void A_write_error_other_than_no_space_ends_the_process()
    {
        var disk = new SimulatedDisk();
        LogStore log = Open(disk);
        disk.FailWrite = ("log-", 0, new IOException("Input/output error (simulated)"), 100);
        Assert.Throws<PowerLossException>(() => log.Append([Logs.Record(1, 1)], 0));
        Assert.Equal("pwrite /d/log/" + Segment.NameOf(1), Assert.Single(disk.Ends));
    }

    [Fact]
    public void A_new_log_on_a_full_disk_is_refused_and_made_later()
    {
        var disk = new SimulatedDisk { Capacity = SegmentBytes / 2 };
        Assert.Throws<LogSpaceException>(() => Open(disk));
        Assert.Empty(disk.Files("/d/log"));
        disk.Capacity = long.MaxValue;
        Assert.Equal(0, Open(disk).LastIndex);
    }

    private static bool TryAppend(LogStore log, List<LogRecord> expected, bool reserve)
    {
        LogRecord record = Logs.Record(log.LastIndex + 1, 1, 1000);
        try
        {
            log.Append([record], 0, reserve);
        }
        catch (LogSpaceException)
        {
            return false;
        }

        log.Sync();
        expected.Add(record);
        return true;
    }

    private static LogStore Open(SimulatedDisk disk) => Logs.Open("/d/log", Logs.Options(disk, SegmentBytes));
}
