using System.Collections.Concurrent;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Log;

public sealed class ConcurrentReadTest
{
    [Fact]
    public async Task Readers_beside_appends_syncs_cuts_and_drops_see_only_what_was_written()
    {
        using var folder = new TemporaryFolder();
        using LogStore log = Logs.Open(folder.File("log"), Logs.Options() with { CacheBytes = 1000 });
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = new ConcurrentQueue<Exception>();
        long seen = 0;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            var records = new List<LogRecord>();
            while (!stop.IsCancellationRequested && errors.IsEmpty)
            {
                try
                {
                    records.Clear();
                    long from = random.NextInt64(log.FirstIndex, Math.Max(log.FirstIndex, log.LastIndex) + 1);
                    log.Read(from, from + random.Next(100), random.Next(20_000), records);
                    foreach (LogRecord record in records)
                    {
                        Assert.Equal(from++, record.Index);
                        Assert.True(Logs.Record(record.Index, record.Term, 300).Payload.Span.SequenceEqual(record.Payload.Span));
                    }

                    Interlocked.Add(ref seen, records.Count);
                }
                catch (ArgumentOutOfRangeException)
                {
                    // Dropped meanwhile.
                }
                catch (Exception error)
                {
                    errors.Enqueue(error);
                }
            }
        }))];

        Task syncer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                log.Sync();
            }
        });
        Write(log, stop.Token);
        while (Interlocked.Read(ref seen) < 1000 && errors.IsEmpty && !stop.IsCancellationRequested)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. readers, syncer]);
        Assert.Empty(errors);
        Assert.True(seen >= 1000);
    }

    private static void Write(LogStore log, CancellationToken stop)
    {
        var random = new Random(7);
        long term = 1;
        for (int round = 0; round < 1500 && !stop.IsCancellationRequested; round++)
        {
            log.Append(Logs.Records(log.LastIndex + 1, 1 + random.Next(8), term, 300), 0);
            if (random.Next(20) == 0)
            {
                log.TruncateSuffix(random.NextInt64(Math.Max(log.FirstIndex, log.LastIndex - 30), log.LastIndex + 1));
                term++;
            }

            if (random.Next(100) == 0)
            {
                log.DropPrefix(log.LastIndex - 200);
            }

            if (random.Next(500) == 0)
            {
                log.Reset(new EntryPosition(log.LastIndex + 10, term));
            }
        }
    }
}
