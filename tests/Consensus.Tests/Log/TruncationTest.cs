using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Log;

public sealed class TruncationTest
{
    private const int SegmentBytes = 16 * 1024;

    [Fact]
    public void A_record_of_an_older_longer_suffix_never_becomes_valid_again()
    {
        var disk = new SimulatedDisk();
        using (LogStore log = Open(disk))
        {
            // The same sizes in both terms: what stands behind the new record would follow it perfectly.
            for (int index = 1; index <= 10; index++)
            {
                log.AppendSynced(Logs.Record(index, 1, 200));
            }

            log.TruncateSuffix(4);
            log.AppendSynced(Logs.Record(4, 1, 200));
        }

        disk.Crash(() => false, _ => 0);
        using LogStore again = Open(disk);
        Assert.Equal(4, again.LastIndex);
        byte[] content = disk.ContentOf(Path.Combine("/d/log", Segment.NameOf(1)));
        int end = SegmentHeader.Bytes + (5 * (RoundHeader.Bytes + RecordFormat.BytesOf(200)));
        Assert.False(content.AsSpan(end).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(26)]
    [InlineData(60)]
    public void A_suffix_goes_from_the_middle_of_a_round_or_over_segments(int from)
    {
        var disk = new SimulatedDisk();
        List<LogRecord> expected = [];
        using (LogStore log = Open(disk))
        {
            Fill(log);
            expected = log.ReadAll()[..(from - 1)];
            log.TruncateSuffix(from);
            Assert.Equal((from - 1, from - 1), (log.LastIndex, log.LastDurableIndex));
            Logs.AssertSame(expected, log.ReadAll());
            LogRecord[] next = Logs.Records(from, 7, 9, 300);
            log.AppendSynced(next);
            expected.AddRange(next);
            Logs.AssertSame(expected, log.ReadAll());
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(from + 7));
        }

        using LogStore again = Open(disk);
        Logs.AssertSame(expected, again.ReadAll());
        Assert.Equal(9, again.TermAt(from));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(30)]
    public void A_crash_at_any_step_of_a_truncation_leaves_a_whole_log(int from)
    {
        for (int step = 0; ; step++)
        {
            var disk = new SimulatedDisk();
            LogStore log = Open(disk);
            Fill(log);
            List<LogRecord> before = log.ReadAll();
            disk.StepsToCrash = step;
            bool finished = Finishes(() => log.TruncateSuffix(from));
            bool wasFinished = finished;
            for (int seed = 0; seed < 20; seed++)
            {
                // Crash after crash: the second one may come while the first one's work is finished.
                var random = new Random((step * 100) + seed);
                disk.Crash(() => random.Next(2) == 0, most => random.Next(most + 1));
                disk.StepsToCrash = seed < 19 ? random.Next(12) : int.MaxValue;
                finished = Finishes(() => log = Open(disk)) || finished;
                disk.StepsToCrash = int.MaxValue;
            }

            Assert.InRange(log.LastIndex, from - 1, wasFinished ? from - 1 : before.Count);
            Logs.AssertSame(before[..(int)log.LastIndex], log.ReadAll());
            log.AppendSynced(Logs.Record(log.LastIndex + 1, 99, 10));
            if (wasFinished)
            {
                return;
            }
        }
    }

    [Fact]
    public void A_crash_at_any_step_of_a_reset_leaves_the_old_log_or_the_new_one()
    {
        for (int step = 0; ; step++)
        {
            var disk = new SimulatedDisk();
            LogStore log = Open(disk);
            Fill(log);
            List<LogRecord> before = log.ReadAll();
            disk.StepsToCrash = step;
            bool finished = Finishes(() => log.Reset(new EntryPosition(1000, 7)));
            var random = new Random(step);
            disk.Crash(() => random.Next(2) == 0, most => random.Next(most + 1));
            log = Open(disk);
            if (log.Boundary.Index == 0)
            {
                Assert.False(finished);
                Logs.AssertSame(before, log.ReadAll());
                continue;
            }

            Assert.Equal((new EntryPosition(1000, 7), 1000L, 7L), (log.Boundary, log.LastIndex, log.TermAt(1000)));
            log.AppendSynced(Logs.Record(1001, 8));
            Assert.Equal(8, Open(disk).Read(1001).Term);
            if (finished)
            {
                return;
            }
        }
    }

    [Fact]
    public void A_read_that_a_cut_overtakes_is_told_that_the_entry_is_gone_and_not_that_it_is_damaged()
    {
        var disk = new SimulatedDisk();
        LogStore log = Logs.Open("/d/log", Logs.Options(disk, SegmentBytes) with { CacheBytes = 0 });
        Fill(log);
        disk.BeforeRead = () => log.TruncateSuffix(30);
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(30));

        disk.BeforeRead = () =>
        {
            log.TruncateSuffix(20);
            log.AppendSynced(Logs.Record(20, 99));
        };
        Assert.Equal(99, log.Read(20).Term);

        // The file is held open by the reader: it gets what was there when it asked.
        disk.BeforeRead = () => log.Reset(new EntryPosition(500, 99));
        Assert.Equal(10, log.Read(10).Index);
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(10));
    }

    [Fact]
    public void A_read_from_the_disk_compares_the_checksum()
    {
        var disk = new SimulatedDisk();
        LogStore log = Logs.Open("/d/log", Logs.Options(disk, SegmentBytes) with { CacheBytes = 0 });
        Fill(log);
        string segment = Path.Combine("/d/log", Segment.NameOf(1));
        disk.ContentOf(segment)[SegmentHeader.Bytes + RoundHeader.Bytes + 100] ^= 1;
        var error = Assert.Throws<LogDamagedException>(() => log.Read(1));
        Assert.Equal((segment, SegmentHeader.Bytes + (long)RoundHeader.Bytes), (error.File, error.Offset));
        Assert.Equal(60, log.Read(60).Index);
    }

    [Fact]
    public void A_prefix_goes_by_whole_segments_and_keeps_the_boundarys_term()
    {
        var disk = new SimulatedDisk();
        LogStore log = Open(disk);
        Fill(log);
        List<LogRecord> all = log.ReadAll();
        log.DropPrefix(40);
        Assert.InRange(log.FirstIndex, 2, 41);
        Assert.Equal(all[(int)log.Boundary.Index - 1].Term, log.Boundary.Term);
        Assert.Equal(log.Boundary.Term, log.TermAt(log.Boundary.Index));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(log.Boundary.Index));
        EntryPosition boundary = log.Boundary;
        LogStore again = Open(disk);
        Assert.Equal(boundary, again.Boundary);
        Logs.AssertSame(all[(int)boundary.Index..], again.ReadAll());
    }

    [Fact]
    public void A_tail_is_kept_behind_a_snapshot_by_entries_or_by_bytes_whichever_is_less()
    {
        var disk = new SimulatedDisk();
        LogStore log = Open(disk);
        Fill(log);
        log.DropBehindSnapshot(50, 50, long.MaxValue);
        Assert.Equal(1, log.FirstIndex);
        log.DropBehindSnapshot(50, 20, long.MaxValue);
        Assert.InRange(log.FirstIndex, 2, 31);
        long kept = log.FirstIndex;
        log.DropBehindSnapshot(log.LastIndex, long.MaxValue / 2, 1);
        Assert.InRange(log.FirstIndex, kept + 1, log.LastIndex);
    }

    /// <summary>60 entries in rounds of 1 to 5, over several segments and terms.</summary>
    private static void Fill(LogStore log)
    {
        for (int round = 1; log.LastIndex < 60; round++)
        {
            int count = (int)Math.Min(60 - log.LastIndex, 1 + (round % 5));
            log.AppendSynced(Logs.Records(log.LastIndex + 1, count, 1 + (round / 4), 700));
        }
    }

    private static bool Finishes(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (PowerLossException)
        {
            return false;
        }
    }

    private static LogStore Open(SimulatedDisk disk) => Logs.Open("/d/log", Logs.Options(disk, SegmentBytes));
}
