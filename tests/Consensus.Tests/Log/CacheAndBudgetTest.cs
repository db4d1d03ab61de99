using StateServer.Consensus.Log;

namespace StateServer.Consensus.Tests.Log;

public sealed class CacheAndBudgetTest
{
    [Fact]
    public void The_cache_holds_the_newest_up_to_its_bytes()
    {
        var cache = new RecordCache(10_000);
        for (int index = 1; index <= 5000; index++)
        {
            cache.Add(Logs.Record(index, 1, index % 300));
            Assert.InRange(cache.Bytes, 0, 10_000);
            Assert.True(cache.TryGet(index, out LogRecord newest) && newest.Index == index);
        }

        Assert.InRange(cache.Count, 20, 140);
        Assert.False(cache.TryGet(cache.FirstIndex - 1, out _));
        Assert.False(cache.TryGet(5001, out _));
        cache.TruncateFrom(4990);
        Assert.False(cache.TryGet(4990, out _));
        Assert.True(cache.TryGet(4989, out _));
        cache.DropThrough(4988);
        Assert.Equal((1, 4989), (cache.Count, cache.FirstIndex));
        cache.DropThrough(9999);
        Assert.Equal((0, 0, long.MaxValue), (cache.Count, cache.Bytes, cache.FirstIndex));
        cache.Add(Logs.Record(1, 1, 20_000));
        Assert.Equal(0, cache.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3000)]
    [InlineData(1_000_000)]
    public void A_read_is_bounded_by_bytes_and_gives_one_entry_at_least(int cacheBytes)
    {
        LogStore log = Logs.Open("/d/log", Logs.Options(new SimulatedDisk()) with { CacheBytes = cacheBytes });
        log.AppendSynced(Logs.Records(1, 300, 1, 100));
        foreach (int budget in new[] { 0, 131, 132, 264, 1000, 5000, int.MaxValue })
        {
            foreach (long from in new long[] { 1, 150, 290, 300 })
            {
                var into = new List<LogRecord>();
                int expected = (int)Math.Min(Math.Max(1, budget / 132), 301 - from);
                Assert.Equal(expected, log.Read(from, 1000, budget, into));
                Logs.AssertSame(Logs.Records(from, expected, 1, 100), into);
            }
        }

        Assert.Equal(0, log.Read(301, 400, 100, new List<LogRecord>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(0, 1, 100, new List<LogRecord>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.TermAt(301));
    }

    [Fact]
    public void Entries_that_do_not_follow_or_do_not_fit_are_refused_and_change_nothing()
    {
        LogStore log = Logs.Open("/d/log", Logs.Options(new SimulatedDisk(), 16 * 1024));
        log.AppendSynced(Logs.Records(1, 2, 5));
        Assert.Throws<ArgumentException>(() => log.Append([Logs.Record(4, 5)], 0));
        Assert.Throws<ArgumentException>(() => log.Append([Logs.Record(3, 4)], 0));
        Assert.Throws<ArgumentException>(() => log.Append([Logs.Record(3, 5, 8, (RecordKind)3)], 0));
        Assert.Throws<ArgumentException>(() => log.Append([Logs.Record(3, 5), Logs.Record(4, 5, log.MaxPayloadBytes + 1)], 0));
        Assert.Equal(2, log.LastIndex);
        log.AppendSynced(Logs.Record(3, 5, log.MaxPayloadBytes));
        log.AppendSynced(Logs.Record(4, 5, 0));
        Assert.Equal(4, log.ReadAll().Count);
    }
}
