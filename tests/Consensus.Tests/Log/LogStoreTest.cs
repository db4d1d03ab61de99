using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Log;

public sealed class LogStoreTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_log_is_empty_and_stays_so()
    {
        for (int round = 0; round < 2; round++)
        {
            using LogStore log = Open();
            Assert.Equal((1, 0, 0), (log.FirstIndex, log.LastIndex, log.LastDurableIndex));
            Assert.Equal(new EntryPosition(0, 0), log.Boundary);
            Assert.Equal(0, log.TermAt(0));
        }
    }

    [Fact]
    public void What_was_appended_over_many_segments_is_read_after_a_restart()
    {
        var expected = new List<LogRecord>();
        long commitIndex = 0;
        using (LogStore log = Open())
        {
            for (int round = 0; round < 200; round++)
            {
                LogRecord[] records = Logs.Records(log.LastIndex + 1, 1 + (round % 7), 1 + (round / 20), round * 7);
                commitIndex = log.LastIndex;
                log.Append(records, commitIndex);
                Assert.InRange(log.LastDurableIndex, records[0].Index - 1, log.LastIndex);
                log.Sync();
                Assert.Equal(log.LastIndex, log.LastDurableIndex);
                expected.AddRange(records);
            }

            Logs.AssertSame(expected, log.ReadAll());
            Assert.True(Directory.GetFiles(_folder.File("log"), "*.seg").Length > 5);
        }

        using LogStore again = Open();
        Logs.AssertSame(expected, again.ReadAll());
        Assert.Equal(commitIndex, again.RecoveredCommitIndex);
        Assert.All(expected, record => Assert.Equal(record.Term, again.TermAt(record.Index)));
    }

    [Fact]
    public void A_sync_that_hangs_is_seen_while_it_hangs_and_no_longer()
    {
        var time = new FakeTimeProvider();
        var disk = new SimulatedDisk();
        using LogStore log = Logs.Open("/log", Logs.Options(disk) with { Time = time });
        log.Append([Logs.Record(1, 1)], 0);
        TimeSpan seen = TimeSpan.Zero;
        disk.BeforeSync = () =>
        {
            time.Advance(TimeSpan.FromSeconds(12));
            seen = log.SyncingFor;
        };
        Assert.Equal(TimeSpan.Zero, log.SyncingFor);
        log.Sync();
        Assert.Equal(TimeSpan.FromSeconds(12), seen);
        Assert.Equal(TimeSpan.Zero, log.SyncingFor);
    }

    private LogStore Open() => Logs.Open(_folder.File("log"), Logs.Options());
}
